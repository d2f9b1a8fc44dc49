"""Near-identical wire copy: the same agency report in several papers.

Two texts are near-identical if about seven in ten of their runs of five words are shared, estimated with datasketch's
MinHash. Its LSH index keeps 2.5 KB and more an article, so the index here is a plain one of about 1.3 KB an article,
whatever the article's length: a signature of 64 numbers and twelve keys of four numbers each.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

import numpy as np
from datasketch import MinHash

RUN = 5  # words
SIGNATURE = 64  # hash functions
BANDS, ROWS = 12, 4  # finds 96% of pairs with 0.7 in common, 99.8% of those with 0.8
SIMILAR = 0.7  # share of runs in common, as estimated from the signatures
_WORD = re.compile(r"\w+")


# One odd factor a row, to make one 64-bit key of a band's four numbers
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)
_BAND_NUMBERS = np.arange(BANDS, dtype=np.uint64)  # keep equal numbers in different bands apart


class NearDuplicates:
    """The texts seen so far. Answers depend on the texts and their order alone: a run repeated gives the same."""

    def __init__(self) -> None:
        self._permutations = MinHash(num_perm=SIGNATURE, scheme="affine32").permutations
        self._ids: list[str] = []
        self._signatures = np.empty((1024, SIGNATURE), dtype=np.uint32)
        self._holders: dict[int, int] = {}  # key of a band → the first article that had it

    def check(self, article_id: str, text: str) -> str | None:
        """The id of the earliest near-identical article among those checked before; this one is then remembered."""
        signature = self._signature(text)
        if signature is None:
            return None
        bands = signature[: BANDS * ROWS].reshape(BANDS, ROWS).astype(np.uint64)
        keys: list[int] = ((bands * _FACTORS).sum(axis=1, dtype=np.uint64) * np.uint64(BANDS) + _BAND_NUMBERS).tolist()
        candidates = sorted({self._holders[key] for key in keys if key in self._holders})
        similar = (c for c in candidates if np.count_nonzero(self._signatures[c] == signature) >= SIMILAR * SIGNATURE)
        earliest = next(similar, None)
        self._remember(article_id, signature, keys)
        return None if earliest is None else self._ids[earliest]

    def _remember(self, article_id: str, signature: Any, keys: list[int]) -> None:
        number = len(self._ids)
        new = [key for key in keys if key not in self._holders]
        if not new:
            return  # every key leads to an earlier article already
        if number == len(self._signatures):
            self._signatures = np.concatenate([self._signatures, np.empty_like(self._signatures)])
        self._ids.append(article_id)
        self._signatures[number] = signature
        self._holders.update(dict.fromkeys(new, number))

    def _signature(self, text: str) -> Any:
        words = _WORD.findall(text.casefold())
        if not words:
            return None
        runs = {" ".join(words[at : at + RUN]).encode() for at in range(max(1, len(words) - RUN + 1))}
        minhash = MinHash(num_perm=SIGNATURE, scheme="affine32", hashfunc=zlib.crc32, permutations=self._permutations)
        minhash.update_batch(list(runs))
        return minhash.hashvalues.astype(np.uint32)
