"""`stancelens models`: which models are known and in use, and when a new one takes an old one's place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from stancelens.cli import app
from stancelens.evaluation.promotion import verdict
from stancelens.evaluation.result_schema import Comparison, Difference
from stancelens.models.known import (
    RELEASED,
    add_model,
    all_models,
    in_use,
    is_model,
    known_file,
    model_folder,
    use_model,
)
from stancelens.models.weights import WeightsError
from typer.testing import CliRunner


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCELENS_MODELS", str(tmp_path / "state" / "models.json"))


def model(folder: Path) -> Path:
    """What passes for a model where none is run."""
    folder.mkdir(parents=True)
    shutil.copy(RELEASED / "small" / "model.json", folder)
    (folder / "README.md").write_text(f"# {folder.name}\n", encoding="utf-8")
    return folder


def test_released_models_are_known_and_base_is_in_use(tmp_path: Path) -> None:
    assert (in_use(), sorted(all_models())) == ("base", ["base", "small"])
    assert model_folder("small") == RELEASED / "small"
    assert model_folder("else/where") == Path("else/where")
    assert is_model("base")
    assert not is_model(str(tmp_path))
    assert not known_file().exists()


def test_a_model_is_used_and_rolled_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = model(tmp_path / "press-1"), model(tmp_path / "press-2")
    run = CliRunner().invoke
    done = run(app, ["models", "use", str(first)])
    assert done.output == "press-1 is in use; `stancelens models use base` goes back\n"
    done = run(app, ["models", "use", str(second)])
    assert "`stancelens models use press-1` goes back" in done.output
    assert in_use() == "press-2"
    shown = run(app, ["models", "list"]).output.splitlines()
    assert [line.split(":")[0] for line in shown] == ["  base", "  small", "  press-1", "* press-2"]
    assert run(app, ["models", "card", "press-1"]).output == "# press-1\n\n"
    assert use_model("press-1") == "press-2"
    capsys.readouterr()
    (first / "model.json").unlink()  # removed by hand: the one before counts
    assert in_use() == "press-2"
    assert "the model press-1, which was in use, is no longer in" in capsys.readouterr().err
    (second / "model.json").write_text("{", encoding="utf-8")
    done = run(app, ["models", "list"])
    assert done.exit_code == 0
    assert "\n! press-2: " in done.output


def test_two_models_of_one_name_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = model(tmp_path / "press"), model(tmp_path / "there" / "press")
    add_model(first)
    with pytest.raises(ValueError, match="'press' is the name of the model in"):
        add_model(second)
    monkeypatch.chdir(second.parent)
    with pytest.raises(WeightsError, match=r"another one here: say \./press for the latter"):
        model_folder("press")
    assert model_folder("./press") == Path("press")
    monkeypatch.chdir(first.parent)
    assert model_folder("press") == first


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    run = CliRunner().invoke
    done = run(app, ["models", "use", "press-9"])
    assert done.exit_code == 2
    assert "no model 'press-9': one of base, small, or the folder of one" in done.output
    assert run(app, ["models", "use", str(model(tmp_path / "base"))]).exit_code == 2
    assert run(app, ["models", "card", "press-9"]).exit_code == 2
    labels = str(Path(__file__).parents[1] / "data" / "gold" / "briefs.jsonl")
    done = run(app, ["models", "compare", "base", "press-9", "--data", labels])
    assert done.exit_code == 2
    assert "no model 'press-9'" in done.output


def test_a_damaged_file_is_named_and_left(tmp_path: Path) -> None:
    path = known_file()
    path.parent.mkdir()
    for content in ("{", json.dumps({"colour": 1}), "[]", json.dumps({"folders": {"a": None}})):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=r"models\.json is damaged"):
            use_model("small")
        assert path.read_text(encoding="utf-8") == content


def difference(name: str, value: float, p: float | None) -> Difference:
    width = abs(value) + 1
    low, high = (None, None) if p is None else (value - width, value + width)
    return Difference(
        name=name, first=50 + value, other=50, difference=value, low=low, high=high, p=p, p_holm=p, detectable=None,
        conclusion="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "found", "why"),
    [
        (
            [("topic.macro_f1", 3.0, 0.01), ("target_stance.macro_f1", -0.4, 0.6)],
            "promote",
            "Topic: macro F1 +3.0 (-1.0",
        ),
        (
            [("topic.macro_f1", 3.0, 0.01), ("target_stance.macro_f1", -4.0, 0.02)],
            "hold",
            "Target stance: macro F1 -4.0",
        ),
        ([("topic.macro_f1", 3.0, 0.2)], "no difference", "p = 0.200"),
        ([("topic.macro_f1", 3.0, None)], "no difference", "without an interval"),
        ([("topic.accuracy", -9.0, 0.001), ("topic.macro_f1", 2.0, 0.0001)], "promote", "p < 0.001"),
        ([], "hold", "share no task"),
    ],
)
def test_verdicts(rows: list[tuple[str, float, float | None]], found: str, why: str) -> None:
    comparison = Comparison(first="new", other="old", differences=[difference(*row) for row in rows])
    name, sentence = verdict(comparison)
    assert name == found
    assert why in sentence


def test_worse_on_every_article_alike_is_worse() -> None:
    alike = difference("topic.macro_f1", -50.0, None)
    answers = difference("topic.accuracy", -60.0, None).model_copy(update={"mcnemar_p": 0.002})
    name, sentence = verdict(Comparison(first="new", other="old", differences=[alike, answers]))
    assert name == "hold"
    assert sentence == "Worse beyond chance: Topic: macro F1 -50.0 on every article alike (McNemar's test, p = 0.002)."
