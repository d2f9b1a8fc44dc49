"""The packing of sentences into windows: cases by hand, and properties that hold on any text."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from stancelens.data.schema import Span
from stancelens.models.windows import (
    SHAPES,
    Encoding,
    Packed,
    mean_rows,
    mean_vectors,
    pack,
    shape_context,
    shape_of,
    target_positions,
    tokens_of,
    window_positions,
)

from .tiny import tokenizer

WORDS = ["a", "the", "of", "said", "storms", "日本", "Ärger", "🙂", "e\u0301t", "\u200b", "—", "US", "x" * 110, "ж"]
ROOM = 14  # of the small windows below, which hold 16 tokens


@cache
def encoding() -> Encoding:
    made = tokenizer()
    first, last, pad, unknown = (made.get_vocab()[name] for name in ("[CLS]", "[SEP]", "[PAD]", "[UNK]"))
    return Encoding(made, first, last, pad, unknown)


def joined(strings: list[str]) -> tuple[str, list[Span]]:
    """Sentences put together to a text, and where each stands in it."""
    text, spans = "", []
    for string in strings:
        spans.append(Span(start=len(text), end=len(text) + len(string)))
        text += string + " "
    return text, spans


def packed_of(lengths: list[int], max_tokens: int = 16, overlap: int = 6) -> Packed:
    """Sentences of so many tokens each."""
    text, spans = joined([" ".join(["the"] * length) for length in lengths])
    return pack(encoding(), text, spans, max_tokens, overlap)


def held(packed: Packed) -> list[list[tuple[int, int, int]]]:
    """Per window: (sentence, first token, end token) in reading order."""
    windows: list[list[tuple[int, int, int, int]]] = [[] for _ in packed.ids]
    for sentence, (copies, starts) in enumerate(zip(packed.copies, packed.piece_starts, strict=True)):
        for positions, start in zip(copies, starts, strict=True):
            row, column = divmod(int(positions[0]), packed.length)
            windows[row].append((column, sentence, start, start + len(positions)))
    return [[part[1:] for part in sorted(window)] for window in windows]


def whole_windows(packed: Packed) -> list[list[int]]:
    return [[sentence for sentence, _, _ in window] for window in held(packed)]


def fewest(lengths: list[int], room: int) -> int:
    """Windows needed without overlap: filling each as far as it goes is best for items in order."""
    count, used = 1, 0
    for length in lengths:
        count, used = (count + 1, length) if used + length > room else (count, used + length)
    return count


def test_an_article_that_fits_is_one_window() -> None:
    packed = packed_of([5, 4, 5])
    assert packed.ids.shape == (1, 16)
    assert packed.mask.all()
    assert packed.ids[0, 0] == encoding().first
    assert packed.ids[0, -1] == encoding().last


def test_windows_overlap_by_whole_sentences_that_fit_the_overlap() -> None:
    assert whole_windows(packed_of([5, 4, 4, 4, 5, 4])) == [[0, 1, 2], [2, 3, 4], [4, 5]]
    assert whole_windows(packed_of([7, 7, 7, 7])) == [[0, 1], [2, 3]]  # no sentence is as short as the overlap


def test_windows_are_of_even_size() -> None:
    assert packed_of([2] * 10, overlap=0).ids.shape == (2, 12)  # not 14 tokens and 6


def test_a_sentence_is_read_where_its_shorter_side_is_longest() -> None:
    packed = packed_of([3, 3, 3, 3, 3, 3], max_tokens=17, overlap=6)
    assert whole_windows(packed) == [[0, 1, 2, 3], [2, 3, 4, 5]]
    read_in = [int(home[0]) // packed.length for home in packed.homes]
    # sentence 2 has three tokens after it in the first window and none before it in the second; 3 the other way
    assert read_in == [0, 0, 0, 1, 1, 1]


def test_a_long_sentence_is_read_in_overlapping_pieces() -> None:
    packed = packed_of([3, 30, 3])
    pieces = [(start, stop) for window in held(packed) for sentence, start, stop in window if sentence == 1]
    assert pieces == [(0, 14), (8, 22), (16, 30)]
    # each token at home in the piece that has more on its shorter side
    home = packed.homes[1] // packed.length
    assert list(home) == sorted(home)
    assert [int((home == row).sum()) for row in sorted(set(home.tolist()))] == [11, 8, 11]


def test_a_span_cut_between_homes_is_pooled_over_the_piece_that_holds_it() -> None:
    packed = packed_of([30])
    offsets = packed.offsets[0]
    cut = Span(start=int(offsets[9, 0]), end=int(offsets[12, 1]))
    found = tokens_of(packed, 0, cut)
    assert len({int(position) // packed.length for position in packed.homes[0][9:13]}) == 2
    assert {int(position) // packed.length for position in found} == {0}
    assert list(found % packed.length) == [10, 11, 12, 13]  # the first piece, behind its opening token


def test_a_span_that_no_piece_holds_is_pooled_over_what_is_there() -> None:
    packed = packed_of([30])
    assert list(tokens_of(packed, 0, Span(start=0, end=200))) == list(packed.homes[0])


def test_every_token_that_touches_a_span_belongs_to_it() -> None:
    text = "the storms said"
    packed = pack(encoding(), text, [Span(start=0, end=len(text))])
    offsets = packed.offsets[0].tolist()
    assert [text[a:b] for a, b in offsets] == ["the", "storm", "s", "said"]
    assert list(tokens_of(packed, 0, Span(start=6, end=8))) == [2]
    assert list(tokens_of(packed, 0, Span(start=8, end=12))) == [2, 3, 4]
    assert not len(tokens_of(packed, 0, Span(start=3, end=4)))  # the space


def test_mentions_of_one_target_are_pooled_together() -> None:
    text = "he said that she said it"
    packed = pack(encoding(), text, [Span(start=0, end=len(text))])
    (positions,) = target_positions(packed, [(0, [Span(start=3, end=7), Span(start=17, end=21)])])
    assert positions.tolist() == [2, 5]
    hidden = np.arange(16, dtype=np.float32).reshape(8, 2)
    assert mean_vectors([positions], hidden).tolist() == [[7, 8]]
    with pytest.raises(ValueError, match="touch no token of sentence 0"):
        target_positions(packed, [(0, [Span(start=2, end=3)])])


@pytest.mark.parametrize("dropped", ["\u200b", "\ufeff\u200b", "\x00", " ", "\u00ad"])
def test_a_sentence_of_dropped_characters_still_has_a_token(dropped: str) -> None:
    text, spans = joined(["the storm", dropped, "he said"])
    packed = pack(encoding(), text, spans)
    assert packed.ids.flat[packed.homes[1]].tolist() == [encoding().unknown]
    assert packed.offsets[1].tolist() == [[spans[1].start, spans[1].end]]
    assert tokens_of(packed, 1, spans[1]).tolist() == packed.homes[1].tolist()


def test_offsets_count_characters_of_the_text() -> None:
    text = "🙂🙂 E\u0301t é日本 the"
    packed = pack(encoding(), text, [Span(start=0, end=len(text))])
    pieces = [text[a:b] for a, b in packed.offsets[0]]
    assert pieces[0] == "🙂🙂"
    assert pieces[-3:] == ["日", "本", "the"]


def test_no_sentences_make_no_windows() -> None:
    packed = pack(encoding(), "the", [])
    assert packed.ids.shape == (0, 2)
    assert mean_vectors(packed.homes, np.zeros((0, 4), dtype=np.float32)).shape == (0, 4)


@pytest.mark.parametrize(("max_tokens", "overlap"), [(5, 0), (16, 8), (16, -1)])
def test_sizes_without_room_are_refused(max_tokens: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="no room"):
        packed_of([1], max_tokens, overlap)


def test_shapes_tell_us_from_the_us() -> None:
    shapes = [shape_of(token) for token in ("7", "—", "us", "US", "U", "Us", "iP", "日")]
    assert shapes == [1, 2, 3, 4, 5, 6, 7, 7]
    assert max(shapes) < SHAPES
    text, spans = joined(["US said", "the"])
    context = shape_context(pack(encoding(), text, spans))
    assert context[0, 0] == context[-1, 0] == context[-1, 2] == SHAPES  # nothing before, nothing after


@seed(1)
@settings(max_examples=150, deadline=None, database=None)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=25),
    st.sampled_from([(16, 0), (16, 4), (16, 7), (30, 10), (64, 20)]),
)
def test_windows_of_any_lengths(lengths: list[int], sizes: tuple[int, int]) -> None:
    max_tokens, overlap = sizes
    room = max_tokens - 2
    packed = packed_of(lengths, max_tokens, overlap)
    assert packed.length <= max_tokens
    windows = held(packed)
    for window in windows:  # whole sentences where they fit, in order and without a gap
        assert all(stop - start == lengths[s] for s, start, stop in window if lengths[s] <= room)
        numbers = [sentence for sentence, _, _ in window]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
    for before, after in pairwise(windows):  # neighbours share whole parts, no more tokens than the overlap
        shared = [part for part in after if part in before]
        assert before[len(before) - len(shared) :] == shared == after[: len(shared)]
        assert sum(stop - start for _, start, stop in shared) <= overlap
        assert len(shared) < len(before)
        assert len(shared) < len(after)
    for sentence, length in enumerate(lengths):  # every token is read, and once at home
        assert len(packed.homes[sentence]) == length
        assert len(np.unique(packed.homes[sentence])) == length
        covered = {t for w in windows for s, start, stop in w if s == sentence for t in range(start, stop)}
        assert covered == set(range(length))
        if length <= room:
            assert len(np.unique(packed.homes[sentence] // packed.length)) == 1
    parts = [length for length in lengths if length <= room]
    if len(parts) == len(lengths):
        assert len(windows) >= fewest(lengths, room)
        if overlap == 0 or sum(lengths) <= room:
            assert len(windows) == fewest(lengths, room)
            smaller = [smaller for smaller in range(max(lengths), room) if fewest(lengths, smaller) <= len(windows)]
            assert packed.length - 2 <= min(smaller, default=room)  # no needless padding


@seed(2)
@settings(max_examples=100, deadline=None, database=None)
@given(st.lists(st.integers(1, 13), min_size=2, max_size=20))
def test_home_is_the_reading_with_most_context(lengths: list[int]) -> None:
    packed = packed_of(lengths)

    def context(positions: np.ndarray) -> int:
        row, column = divmod(int(positions[0]), packed.length)
        used = int(packed.mask[row].sum()) - 2
        return min(column - 1, used - (column - 1) - len(positions))

    for home, copies in zip(packed.homes, packed.copies, strict=True):
        assert context(home) == max(context(copy) for copy in copies)


@seed(3)
@settings(max_examples=120, deadline=None, database=None)
@given(
    st.lists(
        st.lists(st.sampled_from(WORDS) | st.text(min_size=1, max_size=8), min_size=1, max_size=8).map(" ".join),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_rows_of_any_text(strings: list[str], generator) -> None:  # type: ignore[no-untyped-def]
    text, spans = joined(strings)
    packed = pack(encoding(), text, spans, 16, 6)
    rows = mean_rows(packed.homes, packed.ids.size)
    hidden = np.random.default_rng(0).standard_normal((packed.ids.size, 3)).astype(np.float32)
    assert np.allclose(mean_vectors(packed.homes, hidden), rows @ hidden, atol=1e-5)
    assert np.allclose(rows.sum(1), 1, atol=1e-5)
    assert not rows[:, packed.mask.ravel() == 0].any()  # no padding is pooled
    assert len(shape_context(packed)) == sum(len(home) for home in packed.homes)
    assert (window_positions(packed) % packed.length == 0).all()
    for index, span in enumerate(spans):
        offsets = packed.offsets[index]
        assert (offsets >= span.start).all()
        assert (offsets <= span.end).all()
        fresh = encoding().tokenizer.encode(span.of(text), add_special_tokens=False).ids or [encoding().unknown]
        assert packed.ids.flat[packed.homes[index]].tolist() == fresh
        start = generator.randrange(span.start, span.end)
        part = Span(start=start, end=generator.randint(start + 1, span.end))
        touched = int(((offsets[:, 0] < part.end) & (offsets[:, 1] > part.start)).sum())
        assert len(tokens_of(packed, index, part)) == touched
        if touched:
            assert len(target_positions(packed, [(index, [part])])[0]) == touched
