"""Days: from the many ways in which metadata writes them, and from the names of files and folders."""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath

_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.])(\d\d)\2(\d\d)(?!\d)")
_LEADING_DAY = re.compile(r"((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T\d{4,6}Z?)?")
_WRITTEN = ("%d %B %Y", "%B %d %Y", "%d %b %Y", "%b %d %Y")
_NOISE = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+|,|(?<=\d)(?:st|nd|rd|th)\b|\.(?=\s)", re.I)


def iso_day(text: str) -> str | None:
    """The day as YYYY-MM-DD, or None where it cannot be told: "03/04/2025" may be March or April."""
    text = text.strip()
    if not any(map(str.isdigit, text)):
        return None
    found = _LEADING_DAY.match(text) or _COMPACT.fullmatch(text)
    if found:
        return _day(*found.groups())
    plain = " ".join(_NOISE.sub(" ", text).split())
    for form in _WRITTEN:
        try:
            return datetime.strptime(plain, form).date().isoformat()
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(text).date().isoformat()  # RSS: Fri, 14 Mar 2025 10:00:00 GMT
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def clean_date(value: str | None) -> str | None:
    """The day if it can be read as one, else what was written; None for nothing."""
    value = (value or "").strip()
    return iso_day(value) or value or None


def day_in_path(path: PurePosixPath) -> str | None:
    """A day such as 2025-03-14 in the file's name or in a folder's, the innermost first, or folders 2025/03/14."""
    for part in reversed(path.parts):
        found = _DAY.search(part)
        if found and (day := _day(found[1], found[3], found[4])):
            return day
    folders = path.parts[:-1]
    for at in range(len(folders) - 3, -1, -1):
        if re.fullmatch(r"(19|20)\d\d/\d\d/\d\d", "/".join(folders[at : at + 3])):
            return _day(*folders[at : at + 3])
    return None


def is_date_folder(name: str) -> bool:
    """Whether a folder's name is a date or a number, and so no source."""
    return not re.search(r"[^\W\d_]", name)


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
