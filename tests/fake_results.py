"""Result records with predictions of the right shape, made from the samples without any model, and pages of them."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from ..data.schema import Article, dump_line
from ..inference.report import write_report

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
AGAINST = re.compile(
    r"accus|critic|cruel|lied|lottery|distrust|condemn|reckless|arrogant|outdated|turned (on|down|a)|frighten|blame"
    r"|disput|dismiss|resign|thin, hurried|slept|accountant|decorat|siege|slot machine|drawn a wall|private well"
)
FAVOR = re.compile(
    r"prais|welcom|thank|congratul|bravest|triumph|respect|grateful|best|confidence|excellent|fair\b|defended"
)
TOPICS = {
    "politics and government": r"council|mayor|minister|vote|election",
    "labour": r"union|strike|wage",
    "health": r"hospital|nurse|ward",
    "sport": r"coach|pitch|stadium|league",
    "education": r"school|teacher|pupil",
    "environment": r"river|flood|reservoir|eel",
    "crime, law and justice": r"police|audit|sue\b",
    "economy, business and finance": r"",
}


def _raw_samples() -> list[tuple[str, str, str | None, str | None, str]]:
    """(title, text, source, date, path) of the samples. A stand-in for the readers, which have their own tests."""
    found = []
    for path in sorted(p for p in SAMPLES.rglob("*") if p.suffix in {".txt", ".md"}):
        title, _, text = path.read_text(encoding="utf-8").partition("\n\n")
        date = re.match(r"\d{4}-\d\d-\d\d", path.name)
        source = path.parent.name if path.parent != SAMPLES else None
        found.append((title.strip("# "), text.strip("\n"), source, date.group() if date else None, path.name))
    page = (SAMPLES / "hospital-night-ward.html").read_text(encoding="utf-8")
    blocks = [html.unescape(b) for b in re.findall(r"<p>(.*?)</p>", page, re.S)]
    title = "Tarn Valley keeps its hospital but loses the night"
    found.append((title, "\n\n".join(blocks), "Coastline Public Radio", "2025-02-11", "h.html"))
    with (SAMPLES / "business-and-sport.csv").open(encoding="utf-8", newline="") as rows:
        found += [(r["title"], r["text"], r["source"], r["date"], "b.csv") for r in csv.DictReader(rows)]
    row = json.loads((SAMPLES / "reservoir-talks.jsonl").read_text(encoding="utf-8"))
    found.append((row["title"], row["text"], row["source"], row["date"], "r.jsonl"))
    return found


def _spread(seed: str, label: str, labels: list[str]) -> dict[str, float]:
    """Invented probabilities that depend on the text alone and favour ``label``."""
    top = 0.55 + int(hashlib.sha256(seed.encode()).hexdigest()[:4], 16) / 65536 * 0.42
    rest = [name for name in labels if name != label]
    return {label: top} | {name: (1 - top) / len(rest) for name in rest}


def fake_article(title: str, text: str, source: str | None = None, date: str | None = None, path: str = "") -> Article:
    """An article with predictions of the right shape; a few keywords stand for the model."""
    tail = re.search(r"Share this (article|story)", text)
    body = tail.start() if tail else len(text)
    sentences: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    stances: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for m in re.finditer(r"\S.*?(?:[.!?][”\"]?(?=\s|$)(?<!Mr\.)(?<!Ms\.)(?<!Dr\.)(?<!\.m\.)|(?=\n|$))", text[:body]):
        inside = []
        for word in re.finditer(r"(?:[A-Z][a-z]+(?:'s)? ){1,3}[A-Z][a-z]+|(?<=[a-z,] )[A-Z][a-z]+", m.group()):
            entity = names.setdefault(word.group(), f"e{len(names)}")
            at = m.start() + word.start()
            key = f"m{len(mentions)}"
            mentions.append({"id": key, "start": at, "end": at + len(word.group()), "entity": entity})
            inside.append((word.group(), key))
        label = "against" if AGAINST.search(m.group()) else "favor" if FAVOR.search(m.group()) else "neutral"
        spread = _spread(m.group(), label, ["against", "neutral", "favor"])
        calm = _spread(m.group(), "neutral", ["against", "neutral", "favor"])
        found: list[dict[str, Any]] = []
        for name, key in inside:
            last = key == inside[-1][1]
            stance = {"label": label, "probabilities": spread} if last else {"label": "neutral", "probabilities": calm}
            found.append({"target": name, "mention": key} | stance | {"abstained": last and spread[label] < 0.6})
        topic = next(t for t, words in TOPICS.items() if re.search(words, m.group(), re.I))
        unsure = ["stance"] if spread[label] < 0.57 else []
        probabilities = {"stance": spread, "topics": _spread(topic + m.group(), topic, list(TOPICS))}
        sentence = {"start": m.start(), "end": m.end(), "topics": [topic], "stance": label, "stance_source": "model"}
        sentences.append(sentence | {"stances": found, "probabilities": probabilities, "abstained": unsure})
        stances += found
    targets = []
    for name in names:
        own = [s for s in stances if s["target"] == name]
        sides = Counter("abstained" if s["abstained"] else s["label"] for s in own)
        counts = {side: sides[side] for side in ("against", "neutral", "favor", "abstained")}
        targets.append({"target": name, "mentions": len(own)} | counts)
    cited = [n for n in (0, len(sentences) // 2, len(sentences) - 1) if n >= 0]
    lines = [text[s["start"] : s["end"]] for s in sentences]
    extract = [{"text": lines[n], "cites": [n], "support": 1.0, "method": "extract"} for n in dict.fromkeys(cited)]
    record = {
        "id": path + title, "title": title, "text": text, "source": source, "date": date,
        "file": {"path": path or "x.txt", "sha256": "0" * 64},
        "ignored": [{"start": body, "end": len(text), "reason": "share buttons"}] if tail else [],
        "entities": [{"id": key, "name": name} for name, key in names.items()],
        "mentions": mentions, "sentences": sentences,
        "summary": extract,
        "aggregates": {"targets": targets, "topics": Counter(s["topics"][0] for s in sentences)},
    }  # fmt: skip
    return Article.model_validate(record)


def samples() -> list[Article]:
    return [fake_article(*raw) for raw in _raw_samples()]


RUN = ("small", "2025-11-03T10:00:00+00:00", 0)


def write_page(folder: Path, articles: list[Article], run: tuple[str, str, int] = RUN) -> Path:
    results, out = folder / "results.jsonl", folder / "report.html"
    results.write_text("".join(dump_line(a) + "\n" for a in articles), encoding="utf-8", errors="surrogatepass")
    write_report(results, *run, out)
    return out


PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "-->",
    "</title></style><svg/onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x='",
    '" onfocus="alert(1)" autofocus="',
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{display:none}</style>",
    "<svg><style>*{}</style></svg>",
    "{{ 7*7 }}",
    "{% raw %}",
    "<iframe src=https://evil.example/>",
    "<base href=https://evil.example/>",
    "&lt;script&gt;",
    "\u202ereversed",
    "a\tb: 99% against",
    "nul\x00",
]


def hostile(payload: str, **fields: str) -> Article:
    """An article whose every text, name and label holds the payload; ``fields`` stand in place of some."""
    text = f"{payload} said so. It {payload} again."
    cut = len(payload) + len(" said so.")
    record = {
        "id": payload, "title": payload, "text": text, "source": payload, "date": payload, "warnings": [payload],
        "file": {"path": payload, "sha256": payload}, "near_duplicate_of": payload,
        "ignored": [{"start": cut + 4, "end": len(text), "reason": payload}],
        "mentions": [{"id": "m", "start": 0, "end": len(payload)}],
        "sentences": [{
            "start": 0, "end": cut, "topics": [payload], "stance": payload, "probabilities": {"stance": {payload: 1.0}},
            "stances": [{"target": payload, "mention": "m", "label": payload, "holder": {"name": payload}}],
        }],
        "summary": [{"text": payload, "cites": [0], "method": payload}],
        "aggregates": {"targets": [{"target": payload, "mentions": 1, "against": 1}], "topics": {payload: 1}},
    }  # fmt: skip
    return Article.model_validate(record | fields)


def hostile_pair(payload: str) -> list[Article]:
    """Two days and two sources, so that the payload is in the charts and the comparison of sources too."""
    return [
        hostile(payload),
        hostile(payload, id=f"2{payload}", date="2025-03-01"),
        hostile(payload, id=f"3{payload}", date="2025-04-01", source=f"other {payload}"),
    ]
