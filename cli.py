"""The `stancelens` command: one thin function a verb."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from .cli_labels import labels
from .cli_models import models, train
from .cli_text import counted, pairs

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(labels, name="labels")
app.add_typer(models, name="models")
app.command()(train)


@app.callback()
def stancelens() -> None:
    """Topic and stance of every sentence, a cited summary of every article."""


@app.command()
def analyze(
    articles: Annotated[
        list[Path], typer.Argument(help="Files and folders: .txt .md .html .json .jsonl .csv .tsv", exists=True)
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results; an earlier run there is continued.")],
    model: Annotated[
        str | None, typer.Option(help="Name in `models list`, or a model's folder; else the model in use.")
    ] = None,
    targets: Annotated[
        Path | None,
        typer.Option(
            help="YAML file of targets with aliases, looked for besides those found.", exists=True, dir_okay=False
        ),
    ] = None,
    given: Annotated[
        str, typer.Option(help="Taken from label and result files: sentences, mentions, or both with a comma.")
    ] = "",
    summarizer: Annotated[
        Literal["extractive", "rewrite", "lead"],
        typer.Option(help="The most salient sentences, these shortened by a language model, or the first ones."),
    ] = "extractive",
    summary_lines: Annotated[int, typer.Option(min=0, help="Most lines of a summary.")] = 3,
    summary_words: Annotated[
        int | None, typer.Option(min=1, help="Most words of a summary, all lines together.")
    ] = None,
    llm: Annotated[
        str, typer.Option(help="What rewrites on this machine: folder, .gguf file or hub id; else SmolLM2-135M.")
    ] = "",
    endpoint: Annotated[
        str,
        typer.Option(help="URL of an OpenAI-compatible server that rewrites; its key in STANCELENS_ENDPOINT_KEY."),
    ] = "",
    endpoint_model: Annotated[str, typer.Option(help="The model's name at the endpoint.")] = "",
    endpoint_timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for one request.")] = 60,
    endpoint_concurrency: Annotated[int, typer.Option(min=1, max=256, help="Requests at once.")] = 8,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many articles.")] = None,
    any_language: Annotated[bool, typer.Option("--any-language", help="Also analyze what is not English.")] = False,
    max_mb: Annotated[
        float, typer.Option(min=0.001, max=10_000, help="Skip files, or rows of tables, over so many MB.")
    ] = 10,
    text_column: Annotated[str | None, typer.Option(help="Column that holds the text.")] = None,
    title_column: Annotated[str | None, typer.Option(help="Column that holds the title.")] = None,
    date_column: Annotated[str | None, typer.Option(help="Column that holds the date.")] = None,
    source_column: Annotated[str | None, typer.Option(help="Column that holds the source.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column that holds the id.")] = None,
) -> None:
    """Read articles and write results.jsonl, tables, run.json and report.html to OUT.

    Exit code 0: something was analyzed; 1: nothing was; 2: wrong options, weights or result folder.
    """
    from .data.drafts import ReadOptions
    from .inference.run import Options
    from .inference.run import analyze as run_analysis
    from .inference.store import StoreError
    from .inference.summarize import SummaryOptions
    from .inference.targets import TargetsError
    from .models.known import in_use
    from .models.weights import WeightsError

    reading = ReadOptions(
        max_bytes=int(max_mb * 1_000_000),
        text_column=text_column,
        title_column=title_column,
        date_column=date_column,
        source_column=source_column,
        id_column=id_column,
        any_language=any_language,
        limit=limit,
    )
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    summary = SummaryOptions(
        summarizer, summary_lines, summary_words, llm, endpoint, endpoint_model, endpoint_timeout, endpoint_concurrency
    )
    try:
        options = Options(model or in_use(), targets, names, summary, reading)
        run = run_analysis(articles, out, options)
    except (WeightsError, StoreError, TargetsError, ValueError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    counts = run.counts
    print(
        f"{counted(counts.articles, 'article')} ({counts.reused} from an earlier run), "
        f"{counted(counts.sentences, 'sentence')}, {counted(counts.stances, 'stance')} toward "
        f"{counted(counts.targets, 'target')}; {counted(counts.skipped, 'input')} skipped"
    )
    for item in run.skipped[:5]:
        print(f"  skipped {item.path}{f':{item.line}' if item.line else ''}: {item.reason}")
    if len(run.skipped) > 5:
        print(f"  … {len(run.skipped) - 5} more in {out / 'run.json'}")
    for name in run.missing_targets:
        print(f"  target {name!r} is named in no article's text")
    if run.summaries.stood_in:
        reasons = [failure["reason"] for failure in run.summaries.failures[:1]]
        stood_in = counted(run.summaries.stood_in, "article")
        print(f"  no answer from {run.summaries.model} for {stood_in}, where the extract stands: {reasons[0]}")
    print(f"Report: {out / 'report.html'}")
    if not counts.articles:
        raise typer.Exit(1)


@app.command()
def evaluate(
    results: Annotated[
        str, typer.Argument(help="Results: a folder or file of records; or a model: base, small or a model's folder.")
    ],
    gold: Annotated[
        list[Path], typer.Option(help="Labels to score against, in any format. May be repeated.", exists=True)
    ],
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.md and metrics.json.")],
    compare: Annotated[
        list[str] | None, typer.Option(help="Other results or models, tested against the first. May be repeated.")
    ] = None,
    slice_by: Annotated[
        str, typer.Option("--slice", help="Figures apart by: source, date, topic, length, tags, with commas.")
    ] = "source,date,topic,length,tags",
    text: Annotated[bool, typer.Option(help="Show sentences in the report; else ids and offsets alone.")] = True,
    only_common: Annotated[
        bool, typer.Option("--only-common", help="Leave out what some results lack, instead of counting it as wrong.")
    ] = False,
    label_map: Annotated[
        list[str] | None,
        typer.Option("--map", help="Predicted label=label of the gold, where they differ. May be repeated."),
    ] = None,
    sampling: Annotated[
        Path | None,
        typer.Option(help="Record of the random sample that the labels are of, to correct shares.", exists=True),
    ] = None,
    accuracy: Annotated[
        float, typer.Option(min=0.01, max=1, help="Accuracy whose price in coverage is reported.")
    ] = 0.9,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
) -> None:
    """Score results against labels, with intervals; a model is first run on the labelled articles.

    A model is scored twice: with the labels' sentences and mentions given, and end to end.

    Exit code 0: scored; 2: what cannot be read or compared.
    """
    from .cli_systems import need_eval, systems_of

    need_eval()
    from .evaluation.evaluate import Options
    from .evaluation.evaluate import evaluate as run_evaluation
    from .evaluation.report_files import write_reports
    from .evaluation.report_terminal import render_terminal
    from .inference.store import StoreError
    from .models.embedding import find_embedder
    from .models.weights import WeightsError

    try:
        if (out / "run.json").exists() or (out / "results.jsonl").exists():
            raise ValueError(f"{out} holds the results of a run: choose another folder for the report")
        options = Options(
            only_common=only_common,
            slices=tuple(name.strip() for name in slice_by.split(",") if name.strip()),
            text=text,
            labels=pairs("--map", label_map or []),
            wanted_accuracy=accuracy,
            seed=seed,
        )
        with systems_of([results, *(compare or [])], gold) as (systems, compared):
            metrics, skipped = run_evaluation(
                systems, gold, options, compared=compared, sampling=sampling, embed=find_embedder()
            )
        write_reports(metrics, out)
    except (WeightsError, StoreError, ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    for item in skipped:
        print(f"  {item.path}{f':{item.line}' if item.line else ''}: {item.reason}", file=sys.stderr)
    print(render_terminal(metrics))
    print(f"Report: {out / 'report.html'}")


def main() -> None:
    """Entry point of the installed command."""
    app()
