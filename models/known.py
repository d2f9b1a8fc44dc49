"""The models of this machine by name, and which of them is in use: a file that holds names and folders alone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock

from ..data.atomic import replaced
from .network_config import CONFIG
from .weights import WeightsError

RELEASED = Path(__file__).parent / "released"
DEFAULT = "base"


def model_folder(model: str | Path) -> Path:
    """The folder of a known model's name, or the path itself.

    Raises WeightsError for a name that is that of a known model and of another one in a folder here.
    """
    folder = all_models().get(str(model))
    if folder is None:
        return Path(model)
    here = Path(model)
    if folder.parent != RELEASED and (here / CONFIG).is_file() and here.resolve() != folder.resolve():
        raise WeightsError(f"{model!r} is the model in {folder} and another one here: say ./{model} for the latter")
    return folder


def is_model(name: str) -> bool:
    """Whether a name is that of a known model, or of a folder that holds one."""
    return (model_folder(name) / CONFIG).is_file()


@dataclass
class Known:
    """What the file holds. The released models are known without it."""

    folders: dict[str, str] = field(default_factory=dict)  # name → folder
    used: list[str] = field(default_factory=list)  # names, the one in use last


def known_file() -> Path:
    """$STANCELENS_MODELS, else models.json in the user's data folder."""
    if explicit := os.environ.get("STANCELENS_MODELS"):
        return Path(explicit)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "stancelens" / "models.json"


def read_known() -> Known:
    """Raises ValueError for a damaged file."""
    path = known_file()
    try:
        known = Known(**json.loads(path.read_text(encoding="utf-8")))
        values = [*known.folders.values(), *known.used] if isinstance(known.folders, dict) else [None]
        if not all(isinstance(value, str) for value in values):
            raise ValueError("it holds no folders by name")
        return known
    except FileNotFoundError:
        return Known()
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged ({error}): delete it, and add your models with `models use`") from None


def all_models() -> dict[str, Path]:
    """Name → folder: the released models, then those that were trained or used here and still exist."""
    own = {name: Path(folder) for name, folder in read_known().folders.items()}
    released = {name: RELEASED / name for name in ("base", "small")}
    return released | {name: folder for name, folder in own.items() if (folder / CONFIG).is_file()}


def in_use() -> str:
    """The name of the model that is taken where none is named; says on stderr where the one that was set is gone."""
    models, known = all_models(), read_known()
    name = next((name for name in reversed(known.used) if name in models), DEFAULT)
    if known.used and name != known.used[-1]:
        gone = known.used[-1]
        where = known.folders.get(gone, "its folder")
        print(f"stancelens: the model {gone}, which was in use, is no longer in {where}: {name} is", file=sys.stderr)
    return name


def add_model(folder: Path) -> str:
    """Make a model known by its folder's name. Returns the name.

    Raises ValueError where that is the name of another model that still exists.
    """
    name = check_name(folder)
    with _locked() as known:
        known.folders[name] = str(folder.resolve())
    return name


def use_model(name: str) -> str:
    """Take a known model, or one in a folder, from now on. Returns the name of the one that was in use.

    Raises ValueError for a name that is not known, or that two models have.
    """
    former = in_use()
    if name not in all_models():
        if not (Path(name) / CONFIG).is_file():
            raise ValueError(f"no model {name!r}: one of {', '.join(all_models())}, or the folder of one")
        name = add_model(Path(name))
    with _locked() as known:
        known.used = [*known.used, name][-20:]
    return former


def check_name(folder: Path) -> str:
    """The name that a model gets from its folder. Raises ValueError for that of another model."""
    name = folder.resolve().name
    if name in ("base", "small"):
        raise ValueError(f"{folder}: {name!r} is the name of a released model: rename the folder")
    other = all_models().get(name)
    if other and other.resolve() != folder.resolve():
        raise ValueError(f"{folder}: {name!r} is the name of the model in {other}: choose another name")
    return name


@contextmanager
def _locked() -> Iterator[Known]:
    """The known models, written back whole when the block ends well."""
    path = known_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        known = read_known()
        yield known
        with replaced(path) as part:
            part.write_text(json.dumps(asdict(known), indent=2) + "\n", encoding="utf-8")
