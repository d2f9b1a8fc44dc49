"""The `stancelens models` commands and `stancelens train`: one thin function a verb."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from sqlite3 import Error as SQLiteError
from typing import Annotated

import typer

models = typer.Typer(no_args_is_help=True, help="Models: released, and trained here.")


def train(
    labels: Annotated[
        list[Path],
        typer.Argument(help="Label files or folders, in any format of `labels import`.", exists=True),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the model; it must not exist.")],
    base: Annotated[str | None, typer.Option(help="Encoder: base, small, a folder or a hub id.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Model to go on from; else the released one of that base.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML file of settings; see docs/training.md.", exists=True, dir_okay=False)
    ] = None,
    tasks: Annotated[
        str | None, typer.Option(help="Of topic, sentence_stance, stance, with commas; else all that have labels.")
    ] = None,
    full: Annotated[bool | None, typer.Option("--full", help="Train all layers, not low-rank adapters.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the split and of the training.")] = None,
) -> None:
    """Train a model on your labels, and say how good it is.

    The same command goes on where a run was stopped. Exit code 0: trained; 1: no usable model came of it; 2: labels or
    options that cannot be used; 130: stopped.
    """
    from .inference.store import StoreError
    from .models.weights import WeightsError
    from .training.options import load_options

    try:
        from safetensors import SafetensorError

        from .training.retrain import TrainError
        from .training.retrain import train as run_training
    except ModuleNotFoundError as error:
        print(f"stancelens: {error}: pip install 'stancelens[train,eval]'", file=sys.stderr)
        raise typer.Exit(2) from None

    asked: dict[str, object] = {"base": base, "start": start, "full": full, "seed": seed}
    given = {name: value for name, value in asked.items() if value is not None}
    if tasks is not None:
        given["tasks"] = tuple(name.strip() for name in tasks.split(",") if name.strip())
    try:
        options = load_options(config, given)
        trained = run_training(labels, out, options, f"stancelens {shlex.join(sys.argv[1:])}")
    except (ValueError, WeightsError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    except (TrainError, StoreError, SafetensorError, OSError, SQLiteError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        print("\nstancelens: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        raise typer.Exit(130) from None
    if trained:
        print(trained.summary())


@models.command("list")
def list_() -> None:
    """The models of this machine, and which one `analyze` takes."""
    from .models.known import all_models, in_use
    from .models.network_config import read_config

    try:
        current = in_use()
        for name, folder in all_models().items():
            try:
                heads = read_config(folder).heads
            except (OSError, ValueError, TypeError, KeyError) as error:
                print(f"! {name}: {folder} is damaged: {error}")
                continue
            sides = [", ".join(heads.stances)] if heads.stances else []
            does = "; ".join([*sides, *([f"{len(heads.topics)} topics"] if heads.topics else [])])
            print(f"{'*' if name == current else ' '} {name}: {does}; {folder}")
    except (ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


@models.command()
def use(name: Annotated[str, typer.Argument(help="Name in `models list`, or a model's folder.")]) -> None:
    """Take this model from now on where none is named. Exit code 2: not known."""
    from .models.known import in_use, use_model

    try:
        former = use_model(name)
        print(f"{in_use()} is in use; `stancelens models use {former}` goes back")
    except (ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


@models.command()
def card(name: Annotated[str, typer.Argument(help="Name in `models list`, or a model's folder.")]) -> None:
    """Print a model's card: what it learned from, its figures and its limits. Exit code 2: not known."""
    from .models.known import model_folder
    from .models.weights import WeightsError

    try:
        print((model_folder(name) / "README.md").read_text(encoding="utf-8"))
    except (OSError, ValueError, WeightsError) as error:
        print(f"stancelens: no card of {name!r}: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


@models.command()
def compare(
    new: Annotated[str, typer.Argument(help="Model that may take the other's place.")],
    old: Annotated[str, typer.Argument(help="Model that is there.")],
    data: Annotated[list[Path], typer.Option(help="Labels that neither has seen. May be repeated.", exists=True)],
    out: Annotated[Path | None, typer.Option(help="Also write the whole evaluation report to this folder.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
) -> None:
    """Promote the new model, or hold it? Both are scored on the same articles, which are resampled together.

    Exit code 0: promote; 1: hold; 3: no difference; 2: what cannot be read or compared.
    """
    from .cli_systems import need_eval, systems_of

    need_eval()
    from .evaluation.evaluate import Options, evaluate
    from .evaluation.promotion import verdict
    from .evaluation.report_files import write_reports
    from .inference.store import StoreError
    from .models.known import is_model
    from .models.weights import WeightsError

    try:
        for name in (new, old):
            if not is_model(name):
                raise ValueError(f"no model {name!r}: `stancelens models list` names them")
        with systems_of([new, old], data, end_to_end=False) as (systems, compared):
            metrics, _ = evaluate(systems, data, Options(slices=(), seed=seed), compared=compared)
        if out:
            write_reports(metrics, out)
    except (WeightsError, StoreError, ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    found, why = verdict(metrics.comparisons[0])
    print(f"{found}: {why}")
    raise typer.Exit({"promote": 0, "hold": 1, "no difference": 3}[found])
