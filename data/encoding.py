"""Bytes to text without silent damage: byte-order mark, then UTF-8, then a checked guess, else a refusal.

charset-normalizer alone turns the pound sign of an English Windows-1252 page into "Ł" (its best guess is
Windows-1250), so the two single-byte encodings in which English news is found are tried first. Any guess must read
plausibly, and it is reported with the article.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from .drafts import UnreadableError

# UTF-32 first: its little-endian mark begins with that of UTF-16
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 1 << 18  # bytes that a guess is made from
_PUNCTUATION = "‘’‚“”„–—…•·€£¥¢©®™°§¶«»‹›¡¿¼½¾²³¹×÷±µªº´¨†‡‰−\u00a0\u00ad"
_ODD = re.compile(rf"[^\x00-\x7f{_PUNCTUATION}]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """The text of a file with LF line ends, and a warning if its encoding had to be guessed.

    ``declared`` is an encoding that the file names itself, tried after UTF-8. Raises UnreadableError.
    """
    encoding, warnings = guess(data, declared)
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableError(f"broken encoding: {error}") from None
    refuse_binary(text)
    return newlines(text.removeprefix("\ufeff")), warnings


def newlines(text: str) -> str:
    """CRLF and CR as LF, before any offset is taken."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def refuse_binary(text: str) -> None:
    """Raise UnreadableError if the text is no text: NUL bytes, control characters, replacement characters."""
    if "\x00" in text:
        raise UnreadableError("binary: holds NUL bytes")
    few = max(1, len(text) // 100)
    if len(_CONTROLS.findall(text)) > few:
        raise UnreadableError("binary: more than 1% of it are control characters")
    if text.count("\ufffd") > few:
        raise UnreadableError("damaged text: more than 1% of it are replacement characters (U+FFFD)")


def has_surrogates(text: str) -> bool:
    """Whether the text holds half a surrogate pair, which no UTF-8 file can hold."""
    return _SURROGATES.search(text) is not None


def guess(data: bytes, declared: str | None = None) -> tuple[str, list[str]]:
    """Name of the encoding and a warning if it is a guess. Raises UnreadableError where no encoding fits."""
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name, []
    try:
        data.decode("utf-8")
        return "utf-8", []
    except UnicodeDecodeError as error:
        broken = error
    if data.count(b"\x00"):
        raise UnreadableError("binary: holds NUL bytes (UTF-16 needs a byte-order mark)")
    if _mostly_utf8(data):
        raise UnreadableError(f"broken encoding: UTF-8 with an error at byte {broken.start}")
    name = _fitting(data, declared)
    return name, [f"encoding guessed as {name}"]


def _mostly_utf8(data: bytes) -> bool:
    """Whether multi-byte UTF-8 outnumbers the errors: damaged UTF-8, which no other encoding would read rightly."""
    repaired = data.decode("utf-8", "replace")
    errors = repaired.count("\ufffd")
    return len(repaired) - len(repaired.encode("ascii", "ignore")) - errors >= errors


def _fitting(data: bytes, declared: str | None) -> str:
    sample = _around_non_ascii(data)
    latin = [_canonical(declared)] if declared else []
    for name in [*latin, "cp1252", "mac_roman"]:
        try:
            if name and plausible(data.decode(name)):
                return name
        except (UnicodeDecodeError, LookupError):
            continue
    best = from_bytes(sample).best()
    if best is None:
        raise UnreadableError("broken encoding: neither UTF-8 nor any other that was recognized")
    try:
        text = data.decode(best.encoding)
    except UnicodeDecodeError:
        raise UnreadableError(f"broken encoding: neither UTF-8 nor, throughout, {best.encoding}") from None
    if not plausible(text):
        raise UnreadableError(f"broken encoding: not UTF-8, and as {best.encoding} it does not read as text")
    return best.encoding


def _canonical(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    # Pages that declare Latin-1 mean Windows-1252, as browsers read them
    return "cp1252" if found in ("iso8859-1", "ascii") else found


def _around_non_ascii(data: bytes) -> bytes:
    """At most SAMPLE bytes: whole lines that hold a byte outside ASCII, for a guess has nothing else to go by."""
    if len(data) <= SAMPLE:
        return data
    kept: list[bytes] = []
    size = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            kept.append(line[:SAMPLE])
            size += len(line)
        if size > SAMPLE:
            break
    return b"\n".join(kept)[:SAMPLE]


def plausible(text: str) -> bool:
    """Whether each character outside ASCII stands where it may stand in text.

    A letter must touch a letter, and a capital does not follow a small letter ("donÕt" is Mac Roman read as
    Windows-1252). Text in another script is not judged.
    """
    odd = list(_ODD.finditer(text))
    if not odd:
        return True
    letters = sum(map(str.isalpha, text))
    if sum(match.group().isalpha() for match in odd) > 0.3 * letters:
        return not _CONTROLS.search(text) and not any("\x80" <= m.group() <= "\x9f" for m in odd)
    for match in odd:
        letter, at = match.group(), match.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if not letter.isalpha():
            return False
        if letter.isupper() and (before.islower() or not after.isalpha()):
            return False
        if not (before.isalpha() or after.isalpha()):
            return False
    return True


def stream_encoding(path: Path) -> tuple[str, list[str]]:
    """The encoding of a file that is too large to hold. Reads it once; raises UnreadableError.

    A few lines of broken UTF-8 do not change the encoding: the reader of the rows skips those.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    suspects: list[bytes] = []  # lines outside ASCII, to guess from
    size = 0
    valid = True
    with path.open("rb") as handle:
        head = handle.read(SAMPLE)
        for mark, name in BYTE_ORDER_MARKS:
            if head.startswith(mark):
                return name, []
        if head.count(b"\x00") * 10 > len(head):
            raise UnreadableError("binary: holds NUL bytes (UTF-16 needs a byte-order mark)")
        block = head
        while block:
            if valid:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    valid = False
            if size < SAMPLE and not block.isascii():
                found = _non_ascii_lines(block)
                suspects.append(found)
                size += len(found)
            block = handle.read(SAMPLE)
        if valid:
            try:
                decoder.decode(b"", final=True)
                return "utf-8", []
            except UnicodeDecodeError:
                pass
    sample = b"\n".join(suspects)
    if _mostly_utf8(sample):
        return "utf-8", []
    name = _fitting(sample, None)
    return name, [f"encoding guessed as {name}"]


def _non_ascii_lines(block: bytes) -> bytes:
    return b"\n".join(line for line in block.split(b"\n") if not line.isascii())
