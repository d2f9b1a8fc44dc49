"""The `stancelens labels` commands: one thin function a verb."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .cli_text import counted, pairs

labels = typer.Typer(no_args_is_help=True, help="Label files.")


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
        if json_file and json_file.exists() and json_file.resolve() in [path.resolve() for path in paths]:
            raise ValueError(f"--json {json_file} would replace the labels: choose another file")
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
        if out.exists() and out.resolve() in [file.resolve() for file in files]:
            raise ValueError(f"--out {out} would replace what is imported: choose another file")
        found = import_labels(files, out, format, columns=pairs("--column", column or []))
    except (ValueError, OSError) as error:
        print(f"stancelens: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    print(
        f"{counted(found.articles, 'article')} of {counted(len(found.annotators), 'annotator')}, "
        f"{counted(found.sentences, 'sentence')}, {counted(found.mentions, 'mention')}, "
        f"{counted(found.stances, 'stance')}; {len(found.skipped):,} skipped, {len(found.corrected):,} corrected"
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
    print(f"{counted(found.articles, 'article')} written to {out}")
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
        f"{counted(found.sentences, 'sentence')} of {found.of_sentences:,}, in {counted(found.articles, 'article')}: "
        f"{found.out}"
    )
    if not found.labels:
        why = "so that they sway nobody" if random else f"{format} would hold them for a person's"
        print(f"  without what the model found: {why}")
    if found.sampling:
        print(f"  the draw is recorded in {found.sampling}, which corrects shares later: keep it")
