"""targets.yaml: what it may hold, and how an error in it is reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from stancelens.inference.targets import Listed, TargetsError, load_targets


def test_the_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "targets.yaml"
    path.write_text(
        "targets:\n- NATO\n- name: European  Union\n  aliases: [EU, Brussels, EU]\n  kind: organization\n- name: x\n",
        encoding="utf-8",
    )
    assert load_targets(path) == [
        Listed("NATO"),
        Listed("European Union", ("EU", "Brussels"), "organization"),
        Listed("x"),
    ]
    path.write_text("targets:\n")
    assert load_targets(path) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("targets:\n- name: EU\n  alias: x", r"entry 1: unknown key 'alias'; known are name, aliases and kind"),
        ("targets:\n- EU\n- ''", "entry 2: name is empty"),
        ("targets:\n- EU\n-", "entry 2: name is empty"),
        ("targets:\n- aliases: [EU]", "entry 1: name is empty"),
        ("targets:\n- name: EU\n  aliases: ['']", r"entry 1 \('EU'\): alias is empty"),
        ("targets:\n- name: EU\n  aliases: x", r"entry 1 \('EU'\): aliases must be a list"),
        ("targets:\n- '?!'", "has no letter"),
        ("targets:\n- NO", "entry 1: name False is not text; put it in quotes"),
        ("targets:\n- [EU]", "is not text"),
        ("targets:\n- name: A\n  aliases: [Eu]\n- name: B\n  aliases: [EU]", r"2: 'EU' also stands in entry 1 \('A'\)"),
        ("- EU", "must hold one key, 'targets'"),
        ("targets: EU", "must hold one key, 'targets'"),
        ("targets: []\nother: 1", "must hold one key, 'targets'"),
        ("", "must hold one key, 'targets'"),
        ("targets: [", "not readable as YAML"),
        ("targets: [!!python/name:os.system '']", "not readable as YAML"),
        ("targets: [2025-99-99]", "not readable as YAML"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_says_where_and_why(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "targets.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TargetsError, match=message) as caught:
        load_targets(path)
    assert str(caught.value).startswith(str(path))
