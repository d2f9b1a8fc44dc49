"""Names of the labels that the released models predict. Models carry their own copy in their configuration."""

from __future__ import annotations

STANCES = ("against", "neutral", "favor")

# Usual names of stances, in lower case, from against to favor
SIDES = {
    **dict.fromkeys(("against", "disagree", "oppose", "con", "negative"), -1),
    **dict.fromkeys(("neutral", "none", "mixed", "balanced"), 0),
    **dict.fromkeys(("favor", "favour", "agree", "support", "pro", "positive"), 1),
}

# Top level of the IPTC Media Topics, medtop code → label, https://iptc.org/standards/media-topics/ (CC BY 4.0)
IPTC_TOPICS = {
    "01000000": "arts, culture, entertainment and media",
    "16000000": "conflict, war and peace",
    "02000000": "crime, law and justice",
    "03000000": "disaster, accident and emergency incident",
    "04000000": "economy, business and finance",
    "05000000": "education",
    "06000000": "environment",
    "07000000": "health",
    "08000000": "human interest",
    "09000000": "labour",
    "10000000": "lifestyle and leisure",
    "11000000": "politics and government",
    "12000000": "religion",
    "13000000": "science and technology",
    "14000000": "society",
    "15000000": "sport",
    "17000000": "weather",
}
TOPICS = tuple(IPTC_TOPICS.values())
