"""The `stancelens` command: one thin function a verb."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
labels = typer.Typer(no_args_is_help=True, help="Label files.")
app.add_typer(labels, name="labels")


@app.callback()
def stancelens() -> None:
    """Topic and stance of every sentence, a cited summary of every article."""


@app.command()
def analyze(
    articles: Annotated[
        list[Path], typer.Argument(help="Files and folders: .txt .md .html .json .jsonl .csv .tsv", exists=True)
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results; an earlier run there is continued.")],
    model: Annotated[str, typer.Option(help="base, small, or the folder of a trained model.")] = "base",
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
    options = Options(model, targets, names, summary, reading)
    try:
        run = run_analysis(articles, out, options)
    except (WeightsError, StoreError, TargetsError, ValueError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    counts = run.counts
    print(
        f"{_counted(counts.articles, 'article')} ({counts.reused} from an earlier run), "
        f"{_counted(counts.sentences, 'sentence')}, {_counted(counts.stances, 'stance')} toward "
        f"{_counted(counts.targets, 'target')}; {_counted(counts.skipped, 'input')} skipped"
    )
    for item in run.skipped[:5]:
        print(f"  skipped {item.path}{f':{item.line}' if item.line else ''}: {item.reason}")
    if len(run.skipped) > 5:
        print(f"  … {len(run.skipped) - 5} more in {out / 'run.json'}")
    for name in run.missing_targets:
        print(f"  target {name!r} is named in no article's text")
    if run.summaries.stood_in:
        reasons = [failure["reason"] for failure in run.summaries.failures[:1]]
        stood_in = _counted(run.summaries.stood_in, "article")
        print(f"  no answer from {run.summaries.model} for {stood_in}, where the extract stands: {reasons[0]}")
    print(f"Report: {out / 'report.html'}")
    if not counts.articles:
        raise typer.Exit(1)


@labels.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Label files, or folders of them (*.jsonl).", exists=True)],
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the report here, for machines.")] = None,
    suggest: Annotated[bool, typer.Option(help="Look for labels that are probably wrong; slower.")] = True,
) -> None:
    """Say what is wrong or doubtful with labels, and how far annotators agree.

    Exit code 0: no error, though perhaps doubts; 1: errors; 2: a file or folder that cannot be read.
    """
    import json

    from .data.atomic import replaced
    from .evaluation.label_report import as_json, check_labels
    from .evaluation.label_text import render

    try:
        report = check_labels(paths, suggest=suggest)
        if json_file:
            with replaced(json_file) as part:
                part.write_text(json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except (ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    print(render(report))
    if report.errors:
        raise typer.Exit(1)


@labels.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files, or folders, of one or several formats.", exists=True)],
    out: Annotated[Path, typer.Option("--out", "-o", help="The label file to write.")],
    format: Annotated[str, typer.Option(help="auto, or one of the names in docs/labels.md.")] = "auto",
    column: Annotated[
        list[str] | None,
        typer.Option(help="What a column, control or label holds: Headline=text, frame=topics. May be repeated."),
    ] = None,
) -> None:
    """Turn labels made elsewhere into a label file.

    Exit code 0: something was imported; 1: nothing was, and nothing is written; 2: a format that is not known.
    """
    from .data.label_files import import_labels

    try:
        found = import_labels(files, out, format, columns=_columns(column or []))
    except (ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    print(
        f"{_counted(found.articles, 'article')} of {_counted(len(found.annotators), 'annotator')}, "
        f"{_counted(found.sentences, 'sentence')}, {_counted(found.mentions, 'mention')}, "
        f"{_counted(found.stances, 'stance')}; {len(found.skipped):,} skipped, {len(found.corrected):,} corrected"
    )
    for item in (*found.skipped, *found.corrected):  # every one: labels that are lost must not go unseen
        print(f"  {item.path}{f':{item.line}' if item.line else ''}: {item.reason}", file=sys.stderr)
    if not found.articles:
        raise typer.Exit(1)


@labels.command()
def export(
    files: Annotated[list[Path], typer.Argument(help="Label files.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    format: Annotated[str, typer.Option(help="label-studio, doccano, prodigy, table or stancelens.")],
) -> None:
    """Write label files for a tool that people label in.

    Exit code 0: written; 2: a record that cannot be read or written, and nothing is.
    """
    from .data.label_files import export_labels

    try:
        found = export_labels(files, out, format)
    except (ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    print(f"{_counted(found.articles, 'article')} written to {out}")
    for name, count in sorted(found.lost.items()):
        print(f"  not carried by {format}: {name}, {count:,} times")


@labels.command()
def queue(
    results: Annotated[Path, typer.Argument(help="Results of analyze: the folder, or its results.jsonl.", exists=True)],
    n: Annotated[int, typer.Option("-n", min=1, help="Sentences.")] = 200,
    random: Annotated[
        bool, typer.Option("--random", help="A recorded random sample instead, without the model's labels.")
    ] = False,
    format: Annotated[str, typer.Option(help="label-studio, prodigy, doccano or stancelens.")] = "label-studio",
    labelled: Annotated[
        list[Path] | None,
        typer.Option(help="Label file whose sentences are left out; may be repeated.", exists=True, dir_okay=False),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw: another seed, another sample.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write; else queue.json or sample.json in RESULTS.")
    ] = None,
) -> None:
    """Write the sentences most worth labelling next as tasks for a labelling tool, each in its article.

    These are sentences of which the model is unsure and that are unlike each other, with its labels to correct.

    Exit code 0: written; 2: nothing to label, or a file that cannot be read or written.
    """
    from .evaluation.label_queue import queue_labels

    try:
        found = queue_labels(
            results, out, n, random_sample=random, seed=seed, format=format, labelled=tuple(labelled or ())
        )
    except (ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    print(
        f"{_counted(found.sentences, 'sentence')} of {found.of_sentences:,}, in {_counted(found.articles, 'article')}: "
        f"{found.out}"
    )
    if not found.labels:
        why = "so that they sway nobody" if random else f"{format} would hold them for a person's"
        print(f"  without the model's labels: {why}")
    if found.sampling:
        print(f"  the draw is recorded in {found.sampling}, which corrects shares later: keep it")


def _columns(given: list[str]) -> dict[str, str]:
    """Name → what it holds, of "Headline=text". Raises ValueError."""
    columns = {}
    for each in given:
        name, equals, holds = each.rpartition("=")
        if not (equals and name and holds):
            raise ValueError(f"--column {each!r} is not NAME=WHAT IT HOLDS, such as Headline=text")
        columns[name] = holds
    return columns


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def main() -> None:
    """Entry point of the installed command."""
    app()
