"""Files below the given paths, in one order on every machine, without leaving the given folders."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .drafts import Skipped


@dataclass(frozen=True)
class Found:
    """A regular file to read."""

    path: Path
    relative: PurePosixPath  # to the given folder; the name alone of a file that was given itself
    folder: str  # name of the given folder, or of the folder that holds the given file


def walk(paths: Sequence[Path], beside: Path | None = None) -> Iterator[Found | Skipped]:
    """Each file once, in the order of the paths, and within a folder by name. Hidden files are passed over.

    ``beside`` is a folder that is not entered, such as that of the results. No link is followed to where files are read
    anyway, so nothing is read twice and no loop is entered.
    """
    given: dict[str, Path] = {}  # real path → as given before
    closed = os.path.realpath(beside) if beside is not None else None
    for path in paths:
        try:
            real = Path(os.path.realpath(path, strict=True))
            mode = real.stat().st_mode
        except OSError as error:
            yield Skipped(show(path), None, why(error))
            continue
        before = _read_before(real, given)
        if before is not None:
            yield Skipped(show(path), None, f"read already as part of {show(before)}")
        elif str(real) == closed:
            yield Skipped(show(path), None, "the result folder itself")
        elif stat.S_ISDIR(mode):
            yield from _below(path, real, given, closed)
        elif stat.S_ISREG(mode):
            yield Found(path, PurePosixPath(printable(path.name)), printable(real.parent.name))
        else:
            yield Skipped(show(path), None, "neither a file nor a folder")
        given.setdefault(str(real), path)


def show(path: Path) -> str:
    """A path for people, with forward slashes."""
    return printable(path.as_posix())


def printable(name: str) -> str:
    """A file name that can be written as UTF-8, whatever bytes it holds."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def why(error: OSError) -> str:
    """The reason in words, without the path, which stands beside it."""
    if error.errno == errno.ELOOP:
        return "symlink loop"
    return f"cannot be read: {error.strerror or type(error).__name__}"


def _read_before(real: Path, given: dict[str, Path]) -> Path | None:
    """The path given before that holds this one, unless it is hidden there."""
    if str(real) in given:
        return given[str(real)]
    for parent in real.parents:
        if str(parent) in given and not _hidden(real.relative_to(parent)):
            return given[str(parent)]
    return None


def _hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _below(root: Path, real_root: Path, given: dict[str, Path], closed: str | None) -> Iterator[Found | Skipped]:
    pending: list[tuple[str, str]] = [("", "folder")]  # relative path and kind, the next one last
    while pending:
        relative, kind = pending.pop()
        path = root / relative
        if str(real_root / relative) == closed:
            continue
        if relative and str(real_root / relative) in given:
            yield Skipped(show(path), None, f"read already as {show(given[str(real_root / relative)])}")
        elif kind == "folder":
            try:
                entries = _entries(path)
            except OSError as error:
                yield Skipped(show(path), None, why(error))
                continue
            pending += [(f"{relative}/{name}".lstrip("/"), inner) for name, inner in reversed(entries)]
        elif kind == "link" and (reason := _refuse_link(path, real_root)):
            yield Skipped(show(path), None, reason)
        elif kind == "other":
            yield Skipped(show(path), None, "neither a file nor a folder")
        else:
            yield Found(path, PurePosixPath(printable(relative)), printable(real_root.name))


def _entries(folder: Path) -> list[tuple[str, str]]:
    with os.scandir(folder) as entries:
        return sorted((entry.name, _kind(entry)) for entry in entries if not entry.name.startswith("."))


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def _refuse_link(path: Path, real_root: Path) -> str | None:
    """Why a link is not followed; None for a link to a file in a hidden folder, where stores keep their files."""
    try:
        target = Path(os.path.realpath(path, strict=True))
        mode = target.stat().st_mode
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return "link to nothing"
        return why(error)
    if not target.is_relative_to(real_root):
        return "link that leads outside the given folder"
    if stat.S_ISDIR(mode):
        here = Path(os.path.realpath(path.parent))
        return "symlink loop" if here.is_relative_to(target) else "link to a folder, which is read where it is"
    if not stat.S_ISREG(mode):
        return "neither a file nor a folder"
    inside = target.relative_to(real_root)
    return None if _hidden(inside) else f"link to {printable(inside.as_posix())}, which is read where it is"
