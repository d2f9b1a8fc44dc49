"""Near-identical wire copy: the same agency report in several papers.

Two texts are near-identical if about seven in ten of their runs of five words are shared, estimated with datasketch's
MinHash. Its LSH index lives in memory; the index here is a temporary SQLite database, which keeps to a few megabytes
of memory and is gone when it is closed.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from typing import Any

import numpy as np
from datasketch import MinHash

RUN = 5  # words
SIGNATURE = 64  # hash functions
BANDS, ROWS = 12, 4  # compares 96% of pairs with 0.7 in common, 99.8% of those with 0.8
SIMILAR = 0.7  # share of runs in common, as estimated from the signatures
_WORD = re.compile(r"\w+")
# One odd factor a row, to make one 64-bit key of a band's four numbers
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)
_BAND_NUMBERS = np.arange(BANDS, dtype=np.uint64)  # keep equal numbers in different bands apart
_TABLES = """
CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT, signature BLOB);
CREATE TABLE bands (key INTEGER PRIMARY KEY, article INTEGER);  -- the first article that had the key
"""
_CANDIDATES = f"""
SELECT id, signature FROM articles
WHERE number IN (SELECT article FROM bands WHERE key IN ({", ".join("?" * BANDS)})) ORDER BY number
"""


class NearDuplicates:
    """The texts seen so far, to be closed. Answers depend on the texts and their order alone."""

    def __init__(self) -> None:
        self._permutations = MinHash(num_perm=SIGNATURE, scheme="affine32").permutations
        self._index = sqlite3.connect("")  # on disk, without a name
        self._index.executescript(_TABLES)

    def check(self, article_id: str, text: str) -> str | None:
        """The id of the earliest near-identical article among those checked before; this one is then remembered.

        Raises sqlite3.Error where the temporary folder cannot be written.
        """
        signature = self._signature(text)
        if signature is None:
            return None
        keys = _keys(signature)
        found = None
        for candidate, held in self._index.execute(_CANDIDATES, keys):
            if np.count_nonzero(np.frombuffer(held, np.uint32) == signature) >= SIMILAR * SIGNATURE:
                found = str(candidate)
                break
        self._remember(article_id, signature, keys)
        return found

    def close(self) -> None:
        """Remove the index."""
        self._index.close()

    def _remember(self, article_id: str, signature: Any, keys: list[int]) -> None:
        added = self._index.execute("INSERT INTO articles (id, signature) VALUES (?, ?)", (article_id, signature.data))
        number = added.lastrowid
        new = self._index.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((key, number) for key in keys))
        if not new.rowcount:  # every key leads to an earlier article already
            self._index.execute("DELETE FROM articles WHERE number = ?", (number,))

    def _signature(self, text: str) -> Any:
        words = _WORD.findall(text.casefold())
        if not words:
            return None
        runs = {" ".join(words[at : at + RUN]).encode() for at in range(max(1, len(words) - RUN + 1))}
        minhash = MinHash(num_perm=SIGNATURE, scheme="affine32", hashfunc=zlib.crc32, permutations=self._permutations)
        minhash.update_batch(list(runs))
        return minhash.hashvalues.astype(np.uint32)


def _keys(signature: Any) -> list[int]:
    """One key a band, as SQLite's signed integers."""
    bands = signature[: BANDS * ROWS].reshape(BANDS, ROWS).astype(np.uint64)
    mixed = (bands * _FACTORS).sum(axis=1, dtype=np.uint64) * np.uint64(BANDS) + _BAND_NUMBERS
    keys: list[int] = mixed.view(np.int64).tolist()
    return keys
