"""An append-only file of predictions by key that outlives a kill at any point.

A line is ``{"key": 32 hex digits, "crc": CRC-32 of the record's bytes, "record": {…}}``. A line that a crash tore has
no end or does not fit its checksum; it is left out on opening, and its article is predicted again.
"""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

from ..data.atomic import replaced

SYNC_LINES, SYNC_SECONDS = 200, 5.0  # at most so much is lost in a power cut; a killed process loses nothing
_LINE = re.compile(rb'\{"key":"([0-9a-f]{32})","crc":(\d+),"record":(.*)\}\n', re.DOTALL)


class Journal:
    """The open file. In memory is where each key's line begins, nothing else. To be used in one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unsynced = 0
        self._synced = time.monotonic()
        self._open()

    def _open(self) -> None:
        self._writer = self.path.open("ab", buffering=0)  # unbuffered: what is written has left the process
        self._reader = self.path.open("rb")
        self._index: dict[bytes, int] = {}
        self._end = 0
        self._waste = False  # there are lines that are damaged or were replaced
        for line in self._reader:
            if not line.endswith(b"\n"):
                self._waste = True
                break
            match = _LINE.fullmatch(line)
            if match and zlib.crc32(match[3]) == int(match[2]):
                number = bytes.fromhex(match[1].decode())
                self._waste |= number in self._index
                self._index[number] = self._end
            else:
                self._waste = True
            self._end += len(line)
        self._writer.truncate(self._end)

    def __contains__(self, key: str) -> bool:
        return bytes.fromhex(key) in self._index

    def __len__(self) -> int:
        return len(self._index)

    def _line(self, number: bytes) -> bytes:
        self._reader.seek(self._index[number])
        return self._reader.readline()

    def get(self, key: str) -> str:
        """The record as it was put. Raises KeyError."""
        match = _LINE.fullmatch(self._line(bytes.fromhex(key)))
        if not match:
            raise OSError(f"{self.path} was changed while it was in use")
        return match[3].decode()

    def put(self, key: str, record: str) -> None:
        """Append a record, a JSON object in one line; it replaces an earlier one with the key."""
        content = record.encode()
        line = b'{"key":"%s","crc":%d,"record":%s}\n' % (key.encode(), zlib.crc32(content), content)
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[self._writer.write(rest) :]
        except BaseException:  # a full disk, Ctrl-C: no half line may stay before the next one
            self._writer.truncate(self._end)
            raise
        number = bytes.fromhex(key)
        self._waste |= number in self._index
        self._index[number] = self._end
        self._end += len(line)
        self._unsynced += 1
        if self._unsynced >= SYNC_LINES or time.monotonic() - self._synced >= SYNC_SECONDS:
            os.fsync(self._writer.fileno())
            self._unsynced, self._synced = 0, time.monotonic()

    def keep(self, numbers: Iterable[bytes], part: Path) -> None:
        """Forget the other keys once they outnumber these (as bytes); ``part`` is a free name beside the journal.

        Until then they stay: a folder that is not mounted today, or a mistyped option, must not cost its predictions.
        """
        kept = dict.fromkeys(numbers)
        if len(self._index) <= 2 * len(kept):
            if not self._waste:
                return
            kept |= dict.fromkeys(self._index)
        try:
            with replaced(self.path, part):
                with part.open("wb") as copy:
                    copy.writelines(map(self._line, kept))
                self._close()
        finally:
            if self._writer.closed:
                self._open()

    def _close(self) -> None:
        self._writer.close()
        self._reader.close()

    def close(self) -> None:
        if not self._writer.closed:
            try:
                os.fsync(self._writer.fileno())
            finally:
                self._close()
