"""What every benchmark of models is asked for: the data, the models, and where the figures go."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..models.export import checked_folder
from ..models.known import model_folder


def model_parser(description: str, models: str = "base,small") -> argparse.ArgumentParser:
    """A parser with ``--data``, ``--models`` and ``--json``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, default=os.environ.get("STANCELENS_DATA"), help="default $STANCELENS_DATA")
    parser.add_argument("--models", default=models, help="known names or model folders, with commas")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser


def parsed(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, list[Path]]:
    """The arguments, and the models' folders. Exits without data; raises WeightsError for what is no model."""
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("give --data or set STANCELENS_DATA")
    arguments.data = Path(arguments.data)
    folders = [model_folder(model) for model in arguments.models.split(",")]
    for folder in folders:
        checked_folder(folder)
    return arguments, folders
