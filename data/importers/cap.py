"""Headlines of the New York Times' front page and titles of US bills, by topic of the Comparative Agendas Project.

Both come with the R package RTextTools (Jurka et al. 2013), GPL-3. The headlines were coded by Boydstun, the bills by
the Congressional Bills Project (Adler and Wilkerson).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from ..drafts import Skipped
from ..schema import Article
from .delimited import read_rows

LICENSE = "GPL-3"
# Names of the codebook of the New York Times headlines; from 24 to 31 they are for news alone
TOPICS = {
    "1": "Macroeconomics",
    "2": "Civil Rights, Minority Issues, and Civil Liberties",
    "3": "Health",
    "4": "Agriculture",
    "5": "Labor",
    "6": "Education",
    "7": "Environment",
    "8": "Energy",
    "9": "Immigration",
    "10": "Transportation",
    "12": "Law, Crime, and Family Issues",
    "13": "Social Welfare",
    "14": "Community Development and Housing Issues",
    "15": "Banking, Finance, and Domestic Commerce",
    "16": "Defense",
    "17": "Space, Science, Technology and Communications",
    "18": "Foreign Trade",
    "19": "International Affairs and Foreign Aid",
    "20": "Government Operations",
    "21": "Public Lands and Water Management",
    "24": "State and Local Government Administration",
    "26": "Weather and Natural Disasters",
    "27": "Fires",
    "28": "Arts and Entertainment",
    "29": "Sports and Recreation",
    "30": "Death Notices",
    "31": "Churches and Religion",
    "99": "Other, Miscellaneous, and Human Interest",
}


def read_headlines(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The headlines of NYTimes.csv.gz; the coder's own words about the subject are left out."""
    rows = read_rows(path, ";", 5, skipped, encoding="mac_roman")  # its one odd byte is that encoding's hard space
    next(rows)
    for line, (number, day, headline, _, code) in rows:
        reason = _reason(headline, code)
        try:
            date = datetime.strptime(day, "%d-%b-%y").date().isoformat()
        except ValueError:
            reason = f"date {day!r}"
        if reason:
            skipped(Skipped(str(path), line, reason))
            continue
        yield Article(
            id=f"cap/nyt/{number}",
            text=headline,
            source="New York Times",
            date=date,
            topics=[TOPICS[code]],
            license=LICENSE,
        )


def read_bills(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The titles of USCongress.csv.gz."""
    rows = read_rows(path, ";", 6, skipped)
    next(rows)
    for line, (number, _, _, _, code, title) in rows:
        if reason := _reason(title, code):
            skipped(Skipped(str(path), line, reason))
            continue
        yield Article(id=f"cap/bills/{number}", text=title, topics=[TOPICS[code]], license=LICENSE)


def _reason(text: str, code: str) -> str | None:
    if code not in TOPICS:
        return f"topic code {code!r}"
    return None if text.strip() else "no text"
