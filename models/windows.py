"""Packs an article's sentences into token windows and says which tokens belong to which span.

An article is read once: its sentences are packed, in order, into windows that overlap by whole sentences, and each
sentence is read in the window that gives it most context on both sides (its *home*). A vector is the mean of the token
vectors at the positions that this file lists; training takes it as ``rows @ hidden`` (torch), inference by sums over
slices (numpy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Encoding as TokenizerEncoding
from tokenizers import Tokenizer

from ..data.schema import Span

MAX_TOKENS = 256  # tokens a window, special tokens included; 16 to 512, the encoders' position limit
OVERLAP = 48  # tokens that a window may share with its neighbour; whole sentences only
SHAPES = 8  # case shapes, see shape_of


@dataclass(frozen=True)
class Encoding:
    """What the packing needs to know of a tokenizer."""

    tokenizer: Tokenizer
    first: int  # token id that opens a window
    last: int  # token id that closes it
    pad: int
    unknown: int


@dataclass(frozen=True)
class Packed:
    """One article as token windows.

    A *position* is an index into the windows laid end to end: ``window * length + column``.
    """

    ids: np.ndarray  # int64 [windows, length]
    mask: np.ndarray  # int64 [windows, length], 1 for tokens, 0 for padding
    homes: list[np.ndarray]  # per sentence: int64 [tokens], positions where its tokens are read
    copies: list[
        list[np.ndarray]
    ]  # per sentence: every reading, as positions of consecutive tokens (pieces if it is cut)
    piece_starts: list[list[int]]  # per sentence: index of the first token of each reading
    offsets: list[np.ndarray]  # per sentence: int64 [tokens, 2], characters in the article's text
    shapes: list[np.ndarray]  # per sentence: int64 [tokens], case shapes
    issues: list[list[np.ndarray]]  # per window and issue: int64 [tokens], positions of its name behind the text

    @property
    def length(self) -> int:
        return int(self.ids.shape[1])


def load_encoding(folder: Path) -> Encoding:
    """The tokenizer of a base model's folder, without truncation or padding."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    framed = tokenizer.encode("a").ids
    pad = next(id_ for name in ("<pad>", "[PAD]") if (id_ := tokenizer.token_to_id(name)) is not None)
    unknown = next(id_ for name in ("[UNK]", "<unk>") if (id_ := tokenizer.token_to_id(name)) is not None)
    return Encoding(tokenizer, framed[0], framed[-1], pad, unknown)


def shape_of(token: str) -> int:
    """Case shape of a token as written: both encoders are uncased, so "US" and "us" differ only here."""
    if token.isdigit():
        return 1
    if not any(character.isalpha() for character in token):
        return 2
    if token.islower():
        return 3
    if token.isupper():
        return 4 if len(token) > 1 else 5
    if token[0].isupper() and token[1:].islower():
        return 6
    return 7  # mixed case, or a script without case


def pack(
    encoding: Encoding,
    text: str,
    sentences: Sequence[Span],
    max_tokens: int = MAX_TOKENS,
    overlap: int = OVERLAP,
    issues: Sequence[str] = (),
) -> Packed:
    """Pack ``sentences`` (in order, not overlapping) of ``text``; every sentence gets at least one token.

    A window never cuts a sentence that fits; one that does not is read in overlapping pieces of its own. The names of
    ``issues``, targets that no sentence needs to name, stand behind the text of every window, each after a separator.
    """
    tails = [np.asarray(one.ids, dtype=np.int64) for one in _encoded(encoding, issues)]
    if bare := [issue for issue, tail in zip(issues, tails, strict=True) if not len(tail)]:
        raise ValueError(f"the issue {bare[0]!r} holds nothing that can be read")
    room = max_tokens - 2 - sum(len(tail) + 1 for tail in tails)
    if room < 4 or not 0 <= overlap <= room // 2:
        of_issues = f" beside {len(tails)} issues" if tails else ""
        raise ValueError(f"max_tokens {max_tokens} and overlap {overlap} leave no room for a sentence{of_issues}")
    strings = [span.of(text) for span in sentences]
    ids: list[np.ndarray] = []
    offsets: list[np.ndarray] = []
    shapes: list[np.ndarray] = []
    for span, string, one in zip(sentences, strings, _encoded(encoding, strings), strict=True):
        if one.ids:
            ids.append(np.asarray(one.ids, dtype=np.int64))
            local = np.asarray(one.offsets, dtype=np.int64)
        else:  # only characters that the tokenizer drops
            ids.append(np.asarray([encoding.unknown], dtype=np.int64))
            local = np.asarray([[0, len(string)]], dtype=np.int64)
        offsets.append(local + span.start)
        shapes.append(np.fromiter((shape_of(string[a:b]) for a, b in local), dtype=np.int64, count=len(local)))
    pieces = _pieces([len(one) for one in ids], room, overlap)
    windows = _balanced([stop - start for _, start, stop in pieces], room, overlap)
    length = (
        max_tokens - room + max((sum(pieces[i][2] - pieces[i][1] for i in window) for window in windows), default=0)
    )
    return _lay_out(encoding, ids, offsets, shapes, pieces, windows, length, tails)


def _encoded(encoding: Encoding, strings: Sequence[str]) -> list[TokenizerEncoding]:
    return encoding.tokenizer.encode_batch(list(strings), add_special_tokens=False) if strings else []


def _pieces(lengths: list[int], room: int, overlap: int) -> list[tuple[int, int, int]]:
    """(sentence, first token, end token): whole sentences, and pieces of those longer than a window."""
    pieces = []
    for index, length in enumerate(lengths):
        start = 0
        while True:
            stop = min(length, start + room)
            pieces.append((index, start, stop))
            if stop == length:
                break
            start = stop - overlap
    return pieces


def _balanced(lengths: list[int], room: int, overlap: int) -> list[range]:
    """As few windows as possible, of even size, since all are padded to the longest."""
    windows = _fill(lengths, room, overlap)
    low, high = max(lengths, default=0), room
    while low < high:  # the smallest room that needs no more windows
        middle = (low + high) // 2
        if len(_fill(lengths, middle, min(overlap, middle // 2))) <= len(windows):
            high = middle
        else:
            low = middle + 1
    return _fill(lengths, high, min(overlap, high // 2))


def _fill(lengths: list[int], room: int, overlap: int) -> list[range]:
    windows: list[range] = []
    start = 0
    while start < len(lengths):
        stop, used = start, 0
        while stop < len(lengths) and used + lengths[stop] <= room:
            used += lengths[stop]
            stop += 1
        windows.append(range(start, stop))
        if stop == len(lengths):
            break
        back, shared = stop, 0
        # the next window starts with the last sentences of this one, if they and the next new one fit
        while (
            back - 1 > start
            and shared + lengths[back - 1] <= overlap
            and shared + lengths[back - 1] + lengths[stop] <= room
        ):
            back -= 1
            shared += lengths[back]
        start = back
    return windows


def _lay_out(
    encoding: Encoding,
    ids: list[np.ndarray],
    offsets: list[np.ndarray],
    shapes: list[np.ndarray],
    pieces: list[tuple[int, int, int]],
    windows: list[range],
    length: int,
    tails: list[np.ndarray],
) -> Packed:
    grid = np.full((len(windows), length), encoding.pad, dtype=np.int64)
    mask = np.zeros((len(windows), length), dtype=np.int64)
    copies: list[list[np.ndarray]] = [[] for _ in ids]
    starts: list[list[int]] = [[] for _ in ids]
    contexts: list[list[np.ndarray]] = [[] for _ in ids]
    issues: list[list[np.ndarray]] = []
    for row, window in enumerate(windows):
        used = sum(pieces[i][2] - pieces[i][1] for i in window)
        column = 1
        grid[row, 0] = encoding.first
        for i in window:
            sentence, start, stop = pieces[i]
            columns = np.arange(column, column + stop - start)
            grid[row, columns] = ids[sentence][start:stop]
            copies[sentence].append(row * length + columns)
            starts[sentence].append(start)
            # context of each token: the shorter of its two sides; whole sentences take their middle's for all tokens
            sides = np.minimum(columns - 1, used - columns)
            whole = stop - start == len(ids[sentence])
            contexts[sentence].append(
                np.full_like(sides, min(column - 1, used - (column + stop - start) + 1)) if whole else sides
            )
            column += stop - start
        issues.append([])
        for tail in tails:
            grid[row, column] = encoding.last
            columns = np.arange(column + 1, column + 1 + len(tail))
            grid[row, columns] = tail
            issues[-1].append(row * length + columns)
            column = int(columns[-1]) + 1
        grid[row, column] = encoding.last
        mask[row, : column + 1] = 1
    homes = []
    for sentence, tokens in enumerate(ids):
        home = np.zeros(len(tokens), dtype=np.int64)
        best = np.full(len(tokens), -1, dtype=np.int64)
        for positions, start, context in zip(copies[sentence], starts[sentence], contexts[sentence], strict=True):
            part = slice(start, start + len(positions))
            better = context > best[part]
            home[part] = np.where(better, positions, home[part])
            best[part] = np.where(better, context, best[part])
        homes.append(home)
    return Packed(grid, mask, homes, copies, starts, offsets, shapes, issues)


def tokens_of(packed: Packed, sentence: int, span: Span) -> np.ndarray:
    """Positions of every token of ``sentence`` that touches ``span``, in the reading that holds the span whole.

    Where no reading does, the tokens are taken at home; empty if the span touches no token of the sentence.
    """
    offsets = packed.offsets[sentence]
    touched = np.flatnonzero((offsets[:, 0] < span.end) & (offsets[:, 1] > span.start))
    if not len(touched):
        return touched
    home = packed.homes[sentence][touched]
    if len(np.unique(home // packed.length)) == 1:
        return home
    for positions, start in zip(packed.copies[sentence], packed.piece_starts[sentence], strict=True):
        if touched[0] >= start and touched[-1] < start + len(positions):
            return positions[touched - start]
    return home


def target_positions(packed: Packed, targets: Sequence[tuple[int, Sequence[Span]]]) -> list[np.ndarray]:
    """Per target the positions of all its mentions in one sentence, each once.

    ``targets`` pairs a sentence's index with the spans of the target in it. Raises ValueError if no token is touched.
    """
    positions = []
    for sentence, spans in targets:
        parts = [tokens_of(packed, sentence, span) for span in spans]
        joined = np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)
        if not len(joined):
            raise ValueError(f"the target's spans touch no token of sentence {sentence}")
        positions.append(joined)
    return positions


def issue_positions(packed: Packed, sentence: int, issue: int) -> np.ndarray:
    """Positions of an issue's name in the window in which a sentence is read."""
    return packed.issues[int(packed.homes[sentence][0]) // packed.length][issue]


def window_positions(packed: Packed) -> np.ndarray:
    """int64 [sentences]: position of the first token of the window in which each sentence is read."""
    return np.asarray([(home[0] // packed.length) * packed.length for home in packed.homes], dtype=np.int64)


def shape_context(packed: Packed) -> np.ndarray:
    """int64 [tokens, 3]: shapes of the token before, of the token and of the one after, within its sentence."""
    parts = []
    for shapes in packed.shapes:
        padded = np.concatenate([[SHAPES], shapes, [SHAPES]])
        parts.append(np.stack([padded[:-2], padded[1:-1], padded[2:]], axis=1))
    return np.concatenate(parts)


def mean_rows(positions: Sequence[np.ndarray], size: int) -> np.ndarray:
    """float32 [spans, size]: ``rows @ hidden`` is the mean vector over each span's positions."""
    rows = np.zeros((len(positions), size), dtype=np.float32)
    for row, columns in zip(rows, positions, strict=True):
        row[columns] = 1.0 / len(columns)
    return rows


def mean_vectors(positions: Sequence[np.ndarray], hidden: np.ndarray) -> np.ndarray:
    """float32 [spans, hidden]: the same means, without the matrix."""
    if not positions:
        return np.zeros((0, hidden.shape[1]), dtype=np.float32)
    counts = np.asarray([len(columns) for columns in positions])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    sums = np.add.reduceat(hidden[np.concatenate(positions)], starts, axis=0)
    return sums / counts[:, None].astype(np.float32)
