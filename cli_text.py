"""What several commands share: how counts read, and how pairs of names are given."""

from __future__ import annotations


def pairs(option: str, given: list[str]) -> dict[str, str]:
    """Left → right of "left=right". Raises ValueError."""
    found = {}
    for each in given:
        left, equals, right = each.rpartition("=")
        if not (equals and left and right):
            raise ValueError(f"{option} {each!r} is not of the form NAME=NAME")
        found[left] = right
    return found


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
