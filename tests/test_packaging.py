"""A wheel built from the sdist holds exactly what it should, and works away from the clone."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("data", "data/importers", "models", "training", "inference", "evaluation", "benchmarks")
FILES = (
    "evaluation/report.html.j2",
    "evaluation/report.css",
    "inference/report.html.j2",
    "inference/report.css",
    "inference/report.js",
)
FOLDERS = ("data/samples", "data/gold", "models/released")
INFO = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "top_level.txt", "licenses/LICENSE", "licenses/NOTICE")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the sdist of this tree, built without a network."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    assert len(list(out.glob("*.tar.gz"))) == 1
    (found,) = out.glob("*.whl")
    return found


def relative(paths: Iterable[Path]) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in paths if path.is_file()}


def allowed() -> set[str]:
    """Every module of the package and its rooms but the tests; templates, samples, gold, releases, licences."""
    files = relative(ROOT.glob("*.py")) | set(FILES)
    for room in ROOMS:
        files |= relative((ROOT / room).glob("*.py"))
    for folder in FOLDERS:
        files |= relative((ROOT / folder).rglob("*"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return {f"stancelens/{name}" for name in files} | {f"stancelens-{version}.dist-info/{name}" for name in INFO}


def test_rooms_are_all_listed() -> None:
    hidden = {"build", "dist", "results"}
    found = {path.parent.relative_to(ROOT) for path in ROOT.glob("[a-z]*/**/__init__.py")}
    found = {folder for folder in found if folder.parts[0] not in hidden}
    assert {folder.as_posix() for folder in found} == {*ROOMS, "tests"}


def test_wheel_holds_the_allow_list(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    assert sorted(names - allowed()) == []
    assert sorted(allowed() - names) == []
    assert not any("tests" in PurePosixPath(name).parts for name in names)


ANALYZE = """
import sys
from pathlib import Path

import stancelens
from stancelens.cli import main

assert Path(stancelens.__file__).is_relative_to(sys.argv.pop(1)), stancelens.__file__
main()
"""


def test_wheel_analyzes_outside_the_clone(wheel: Path, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", home, wheel, cwd=elsewhere)
    text = "Council opens the new bridge\n\nThe mayor praised the Harlow Council on Monday. Drivers had waited."
    (elsewhere / "bridge.txt").write_text(text, encoding="utf-8")
    command: list[str | Path] = [sys.executable, "-c", ANALYZE, home, "analyze", "bridge.txt", "--out", "results"]
    printed = run(*command, cwd=elsewhere, PYTHONPATH=str(home))
    assert printed.startswith("1 article (0 from an earlier run), 2 sentences")
    assert "Council opens the new bridge" in (elsewhere / "results" / "report.html").read_text(encoding="utf-8")
