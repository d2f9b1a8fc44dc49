"""Walking over files and folders: what is read, in which order, and why something is not."""

from __future__ import annotations

import hashlib
import json
import os
import tracemalloc
from pathlib import Path, PurePosixPath

import pytest
from stancelens.data.dates import day_in_path, iso_day
from stancelens.data.language import is_english
from stancelens.data.readers import ReadOptions, Skipped, count_roughly, iter_articles

from .reading import BODY, GERMAN, OTHER, RUSSIA, one, read, reason, write


def test_order_ids_dates_and_sources_of_a_folder(tmp_path: Path) -> None:
    root = tmp_path / "news"
    for name in ("b.txt", "a/2025-03-14/z.TXT", "a/2025-03-14/y.md", "c/2024/05/06/x.txt", ".hidden/h.txt", ".h.txt"):
        write(root / name, f"{BODY} It is {name.replace('.', ' ')}.")
    articles, skipped = read(root)
    assert skipped == []
    assert [(a.id, a.source, a.date) for a in articles] == [
        ("a/2025-03-14/y.md", "a", "2025-03-14"),
        ("a/2025-03-14/z.TXT", "a", "2025-03-14"),
        ("b.txt", None, None),
        ("c/2024/05/06/x.txt", "c", "2024-05-06"),
    ]
    file = articles[2].file
    assert file
    assert file.path == "b.txt"
    assert file.sha256 == hashlib.sha256((root / "b.txt").read_bytes()).hexdigest()


def test_same_relative_path_in_two_folders(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two", tmp_path / "deep" / "two"]
    for root in roots:
        write(root / "a.txt")
    write(tmp_path / "single" / "a.txt")
    articles, skipped = read(*roots, tmp_path / "single" / "a.txt")
    assert [a.id for a in articles] == ["a.txt", "two/a.txt", "two-2/a.txt", "single/a.txt"]
    assert skipped == []


def test_a_file_is_read_once(tmp_path: Path) -> None:
    inner = write(tmp_path / "news" / "sub" / "a.txt")
    hidden = write(tmp_path / "news" / ".store" / "b.txt")
    articles, skipped = read(tmp_path / "news", inner, hidden, tmp_path / "news")
    assert [a.id for a in articles] == ["sub/a.txt", "b.txt"]
    assert [s.reason.split(" as ")[0] for s in skipped] == ["read already", "read already"]
    articles, skipped = read(inner, inner.parent.parent)
    assert [a.id for a in articles] == ["a.txt"]
    assert "read already" in skipped[0].reason


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "news"
    write(root / "sub" / "a.txt")
    write(root / ".annex" / "b", OTHER)
    write(tmp_path / "outside.txt")
    for name, target in [
        ("loop", root), ("self", root / "self"), ("out.txt", tmp_path / "outside.txt"), ("outdir", tmp_path),
        ("gone.txt", root / "nothing"), ("again.txt", root / "sub" / "a.txt"), ("kept.txt", root / ".annex" / "b"),
        ("twice", root / "sub"),
    ]:  # fmt: skip
        (root / name).symlink_to(target)
    articles, skipped = read(root)
    assert [a.id for a in articles] == ["kept.txt", "sub/a.txt"]
    assert {Path(s.path).name: s.reason for s in skipped} == {
        "loop": "symlink loop",
        "self": "symlink loop",
        "out.txt": "link that leads outside the given folder",
        "outdir": "link that leads outside the given folder",
        "gone.txt": "link to nothing",
        "again.txt": "link to sub/a.txt, which is read where it is",
        "twice": "link to a folder, which is read where it is",
    }


def test_a_link_that_was_given_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert one(tmp_path / "link").id == "a.txt"


def test_what_is_no_readable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason(tmp_path / "pipe.txt") == "neither a file nor a folder"
    assert reason(tmp_path) == "neither a file nor a folder"
    assert "No such file" in reason(tmp_path / "missing.txt")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("a.txt", "b.csv", "c.jsonl"):
        path = write(tmp_path / "closed" / name)
        with monkeypatch.context() as patch:  # root may read everything, so file modes would not do
            patch.setattr(Path, "open", refuse)
            assert reason(path) == "cannot be read: Permission denied"
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        assert reason(tmp_path) == "cannot be read: Permission denied"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_read_permission(tmp_path: Path) -> None:
    write(tmp_path / "a.txt").chmod(0)
    assert reason(tmp_path) == "cannot be read: Permission denied"


def test_names_that_are_not_utf8_can_be_written(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        Path(os.fsdecode(name)).write_text(BODY)
    except OSError:
        pytest.skip("this file system refuses such names")
    assert one(tmp_path).id == "caf\\udce9.txt"


def test_kinds_that_are_not_read(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.docx", "README"):
        write(tmp_path / name)
    write(tmp_path / "ok.txt")
    articles, skipped = read(tmp_path)
    assert [a.id for a in articles] == ["ok.txt"]
    assert [s.path.rsplit("/")[-1] for s in skipped] == ["README", "a.pdf", "b.docx"]
    assert "kind .pdf is not read; read are .txt" in skipped[1].reason


def test_a_crashing_parser_does_not_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("stancelens.data.readers.read_html", crash)
    write(tmp_path / "a.html")
    write(tmp_path / "b.txt")
    articles, skipped = read(tmp_path)
    assert [a.id for a in articles] == ["b.txt"]
    assert skipped[0].reason == "cannot be read: RecursionError: too deep"


def test_what_the_caller_raises_reaches_the_caller(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf")

    def refuse(_: Skipped) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(iter_articles([tmp_path], skipped=refuse))


def test_limit(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.txt")
    assert [a.id for a in read(tmp_path, limit=2)[0]] == ["0.txt", "1.txt"]
    assert read(tmp_path, limit=0)[0] == []


def test_language(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", GERMAN)
    assert reason(path) == "not English (detected: de)"
    assert one(path, any_language=True).text == GERMAN
    assert is_english("Правительство объявило новый закон")[0] is False
    assert is_english("政府星期四宣布了一项限制房价的新法律" * 200)[0] is False
    for short in ("NATO, Russia, Lavrov", "Bayern Munich 2-1 Paris Saint-Germain", "42", "Macron wins"):
        assert is_english(short)[0], short
    quoted = f"“{GERMAN[:113]}” {(BODY + ' ' + OTHER + ' ') * 9}"
    assert is_english(quoted) == (True, "en")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-03-14", "2025-03-14"), ("2025-03-14T23:30:00+02:00", "2025-03-14"), ("20250314", "2025-03-14"),
        ("2025/3/4", "2025-03-04"), ("14 March 2025", "2025-03-14"), ("Friday, March 14th, 2025", "2025-03-14"),
        ("Mar. 14, 2025", "2025-03-14"), ("Fri, 14 Mar 2025 10:00:00 GMT", "2025-03-14"), ("03/04/2025", None),
        ("2025-13-40", None), ("yesterday", None), ("", None),
    ],
)  # fmt: skip
def test_days(written: str, day: str | None) -> None:
    assert iso_day(written) == day


def test_days_in_paths() -> None:
    assert day_in_path(PurePosixPath("2024-01-02/a_2025-03-14_b.txt")) == "2025-03-14"
    assert day_in_path(PurePosixPath("x/2025/03/14/a.txt")) == "2025-03-14"
    assert day_in_path(PurePosixPath("x/2025-99-14/12025-03-145.txt")) is None


def test_a_long_table_is_streamed(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w") as handle:
            handle.write("id,text\n")
            handle.writelines(f"{number},Shares fell by {number} points on Friday.\n" for number in range(rows))
        tracemalloc.start()
        assert sum(1 for _ in iter_articles([path], options=ReadOptions(any_language=True), skipped=print)) == rows
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(100)  # imports
    # Only the ids are kept: about a hundred bytes an article
    assert peak(4000) - peak(1000) < 3000 * 400


@pytest.mark.skipif(not RUSSIA.exists(), reason=f"shared data is missing: {RUSSIA}")
def test_the_example_article() -> None:
    article = one(RUSSIA)
    assert article.title == "Russia Accuses Ukraine and Europe of Avoiding Peace Negotiations Amid Ongoing Conflict"
    assert article.text.startswith("During an intervention")
    (span,) = article.ignored
    assert span.of(article.text).startswith("Related Sources")


def test_rows_of_two_files_that_number_alike(tmp_path: Path) -> None:
    for name in ("a", "b"):
        rows = "".join(f"{n},{BODY} {name} {n}.\n" for n in (1, 2))
        write(tmp_path / "in" / f"{name}.csv", "id,text\n" + rows)
    articles, skipped = read(tmp_path / "in")
    assert skipped == []
    assert [article.id for article in articles] == ["1", "2", "b.csv#1", "b.csv#2"]


def test_a_date_out_of_range_is_kept_as_written(tmp_path: Path) -> None:
    odd = "Fri, 14 Mar 2025 10:00:00 +99999999999999999"
    path = write(tmp_path / "a.csv", f'text,date\n"{BODY}","{odd}"\n"{OTHER}",2025-03-14\n')
    articles, skipped = read(path)
    assert skipped == []
    assert [article.date for article in articles] == [odd, "2025-03-14"]


def test_an_article_that_would_not_fit_in_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "The council met on Monday in Harlow. " * 30_000)
    assert reason(path).startswith("over the limit of 1,000,000 characters an article")


def test_the_result_folder_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.txt")
    write(tmp_path / "in" / "out" / "report.html", f"<html><body><p>{BODY}</p></body></html>")
    skipped: list[Skipped] = []
    out = tmp_path / "in" / "out"
    assert [a.id for a in iter_articles([tmp_path / "in"], skipped=skipped.append, beside=out)] == ["a.txt"]
    assert skipped == []
    assert not list(iter_articles([out], skipped=skipped.append, beside=out))
    assert [item.reason for item in skipped] == ["the result folder itself"]


def test_a_rough_count(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.txt")
    write(tmp_path / "in" / "b.csv", f"id,text\n1,{BODY}\n2,{OTHER}\n")
    write(tmp_path / "in" / "c.jsonl", json.dumps({"text": BODY}) + "\n")
    write(tmp_path / "in" / "d.pdf")
    assert count_roughly([tmp_path / "in"]) == 4
