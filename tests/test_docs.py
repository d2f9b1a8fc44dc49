"""What the documents show is what happens: README examples run, command help is the command's own.

UPDATE_DOCS=1 python -m pytest tests/test_docs.py      # writes docs/commands.md anew
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ..cli import app
from ..inference.targets import load_targets
from ..training.options import TrainOptions, load_options

ROOT = Path(__file__).parents[1]
COMMANDS = ROOT / "docs" / "commands.md"
HEAD = "# Commands\n\nWritten by `UPDATE_DOCS=1 python -m pytest tests/test_docs.py`, checked by the tests.\n"


PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def blocks(language: str, page: Path = PAGES[0]) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("page", "example"), [(page.name, one) for page in PAGES for one in blocks("python", page)])
def test_python_examples_run(
    page: str, example: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(example, page, "exec"), {})
    assert capsys.readouterr().out


def test_targets_example_loads(tmp_path: Path) -> None:
    (example,) = blocks("yaml")
    (tmp_path / "targets.yaml").write_text(example, encoding="utf-8")
    assert [target.name for target in load_targets(tmp_path / "targets.yaml")] == ["Harrow Bridge", "Court of Auditors"]


def test_settings_example_names_every_setting_with_its_default(tmp_path: Path) -> None:
    (example,) = blocks("yaml", ROOT / "docs" / "training.md")
    (tmp_path / "train.yaml").write_text(example, encoding="utf-8")
    shown = load_options(tmp_path / "train.yaml", {})
    assert set(re.findall(r"^(\w+):", example, re.MULTILINE)) == {field.name for field in fields(TrainOptions)}
    assert replace(shown, base="base", start="", tasks=(), rate=0.0) == TrainOptions()


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def shown_help(monkeypatch: pytest.MonkeyPatch) -> str:
    """Help of every command, as plain text 100 columns wide."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "dumb")
    parts = [HEAD]
    for words in commands(typer.main.get_command(app), []):
        output = CliRunner().invoke(app, [*words, "--help"], prog_name="stancelens").output
        lines = "\n".join(line.rstrip() for line in output.strip().splitlines())
        parts.append(f"## stancelens {' '.join(words)}\n\n```text\n{lines}\n```\n")
    return "\n".join(parts)


def commands(group: Any, words: list[str]) -> Iterator[list[str]]:
    """The words of every command, those of groups within groups too."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        inner = list(commands(command, [*words, name]))
        yield from inner or [[*words, name]]


def test_command_help_in_the_docs_is_the_commands_own(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = shown_help(monkeypatch)
    if os.environ.get("UPDATE_DOCS"):
        COMMANDS.write_text(shown, encoding="utf-8")
    assert COMMANDS.read_text(encoding="utf-8") == shown
