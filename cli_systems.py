"""What several commands score: results, and models that are first run on the labelled articles."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from .evaluation.systems import Input


def need_eval() -> None:
    """Ends the command with exit code 2 where the extra that measures is not installed."""
    if missing := [name for name in ("scipy", "sklearn", "matplotlib") if find_spec(name) is None]:
        print(f"stancelens: {missing[0]} is not installed: pip install 'stancelens[eval]'", file=sys.stderr)
        raise typer.Exit(2)


@contextmanager
def systems_of(
    names: list[str], gold: list[Path], *, end_to_end: bool = True
) -> Iterator[tuple[list[Input], list[tuple[Input, Input]]]]:
    """The results to score, those of models made on the way, and those of them to compare.

    A model runs with what the labels give, and ``end_to_end`` also without; without alone where they give nothing.
    """
    from .evaluation.matching import read_gold
    from .evaluation.systems import Input, given_to, like_with_like, results_file
    from .inference.on_labels import analyze_labelled, given_by
    from .models.known import is_model, model_folder
    from .training.record import learned_from

    labelled, _ = read_gold(gold)
    articles = list(labelled.values())
    given = given_by(articles)
    runs: list[list[Input]] = []
    with TemporaryDirectory(prefix="stancelens-") as scratch:
        for number, name in enumerate(names):
            short = Path(name).resolve().name
            if [Path(other).resolve().name for other in names].count(short) > 1:
                short = f"{number + 1}. {name}"
            if not is_model(name):
                file = results_file(Path(name))
                runs.append([Input(short, file, given_to(file))])
                continue
            if seen := learned_from(model_folder(name), articles):
                print(
                    f"stancelens: {name} has learned from {len(seen):,} of these {len(articles):,} articles, such as "
                    f"{seen[0]!r}: its figures on them are too good",
                    file=sys.stderr,
                )
            own = []
            work = Path(scratch) / str(number)
            if given:
                file = analyze_labelled(articles, work / "given", name, given)
                own.append(Input(f"{short}, {' and '.join(given)} given", file, given))
            if end_to_end or not given:
                own.append(Input(f"{short}, end to end", analyze_labelled(articles, work / "whole", name, ())))
            runs.append(own)
        systems = [own[0] for own in runs] + [whole for own in runs for whole in own[1:]]
        yield systems, like_with_like(runs)
