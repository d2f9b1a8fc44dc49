"""Files that appear whole or not at all, whenever the process is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(path: Path, part: Path | None = None) -> Iterator[Path]:
    """A path to write to, which takes the place of ``path`` if the block ends well and is removed if it does not.

    ``part`` must be on the same file system. Its name is fixed, so that what a killed run left is overwritten.
    """
    part = part or path.with_name(f".{path.name}.part")
    try:
        yield part
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())  # else a power cut may leave the new name with no content
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
