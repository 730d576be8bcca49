"""Unpacking: what releases hold comes out as it went in; what is hostile is refused by name."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.engine_archives import File, Link, Member, Special, tar_gz, zipped
from tests.platforms import on_posix
from tray.infrastructure.engines import unpack as unpacking
from tray.infrastructure.engines.archive_names import Unsafe, link_target, safe_parts
from tray.infrastructure.engines.unpack import add_missing, unpack
from tray.models.failure import FailureCause, PaddockError

Pack = Callable[[list[Member]], bytes]
FORMS: dict[str, Pack] = {"engine.tar.gz": tar_gz, "engine.zip": zipped}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "inside"
    folder.mkdir(parents=True)
    return folder


def unpacked(place: Path, name: str, content: bytes) -> Path:
    archive = place.parent.parent / name
    archive.write_bytes(content)
    return unpack(archive, place)


def refusal(place: Path, name: str, content: bytes) -> str:
    """The detail of the refusal; nothing was written anywhere but below ``place``."""
    top = place.parent.parent
    with pytest.raises(PaddockError) as refused:
        unpacked(place, name, content)
    outside = {path for path in top.rglob("*") if not path.is_relative_to(place)}
    assert outside == {place.parent, top / name}
    assert not any(path.is_symlink() for path in place.rglob("*"))
    return refused.value.failure.detail


@on_posix
@pytest.mark.parametrize("name", FORMS)
def test_a_release_comes_out_as_it_went_in(place: Path, name: str) -> None:
    members: list[Member] = [
        File("llama-b1/llama-server", b"program", 0o755),
        Link("llama-b1/libggml.so", "libggml.so.0"),
        Link("llama-b1/libggml.so.0", "libggml.so.0.1"),
        File("llama-b1/libggml.so.0.1", b"library", 0o755),
        File("llama-b1/licenses/LICENSE", b"MIT"),
    ]
    root = unpacked(place, name, FORMS[name](members))
    assert root == place / "llama-b1"
    assert (root / "llama-server").read_bytes() == b"program"
    assert (root / "libggml.so").read_bytes() == b"library"
    assert (root / "libggml.so").readlink() == Path("libggml.so.0.1")
    assert stat.S_IMODE((root / "llama-server").stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "licenses" / "LICENSE").stat().st_mode) == 0o600


def test_a_flat_archive_is_its_own_root(place: Path) -> None:
    content = zipped([File("llama-server.exe"), File("ggml.dll")])
    assert unpacked(place, "engine.zip", content) == place


def test_archives_over_each_other_keep_what_the_first_one_brought(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, words in ((first, "engine"), (second, "runtime")):
        (folder / "licenses").mkdir(parents=True)
        (folder / "LICENSE").write_text(words)
        (folder / "licenses" / words).write_text(words)
    add_missing(second, first)
    assert (first / "LICENSE").read_text() == "engine"
    assert sorted(p.name for p in (first / "licenses").iterdir()) == ["engine", "runtime"]


ESCAPES = {
    "up": "../evil",
    "up from inside": "llama-b1/../../evil",
    "absolute": "/evil",
    "a drive": "C:/evil",
    "a stream of a file": "llama-server:evil",
    "a backslash": "..\\evil",
    "a device": "NUL",
    "a device with an ending": "lib/aux.txt",
    "a serial port": "COM1.dll",
    "a trailing dot": "llama-server.",
    "a trailing space": "lib /x",
    "a control character": "llama\x07server",
    "nothing between slashes": "lib//x",
    "far too deep": "/".join("a" * 20),
    "far too long": "a" * 300,
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("hostile", ESCAPES.values(), ids=ESCAPES)
def test_names_that_lead_elsewhere(place: Path, name: str, hostile: str) -> None:
    said = refusal(place, name, FORMS[name]([File("llama-server"), File(hostile)]))
    assert "is refused: it holds" in said
    assert "\x07" not in said


HOSTILE: dict[str, tuple[list[Member], str]] = {
    "a name twice": ([File("a"), File("a")], "a name twice"),
    "names that differ by case": ([File("ggml.so"), File("GGML.so")], "a name twice"),
    "a link and a file of one name": ([Link("a", "b"), File("a"), File("b")], "a name twice"),
    "a file that is a folder, too": ([File("a"), File("a/b")], "a file and a folder"),
    "a folder that is a file, too": ([File("a/b"), File("a")], "a file and a folder"),
    "a link to the outside": ([File("x"), Link("a", "../../evil")], "a link that leads out"),
    "an absolute link": ([File("x"), Link("a", "/etc/passwd")], "a link that leads out"),
    "a link to nothing": ([File("x"), Link("a", "b")], "a link to nothing"),
    "a link to a folder": ([File("b/x"), Link("a", "b")], "a link to nothing"),
    "links in a circle": ([Link("a", "b"), Link("b", "a")], "links that lead in a circle"),
    "writing through a link": (
        [Link("lib", "/tmp"), File("lib/evil")],
        "a link that leads out",
    ),
    "writing through a link inside": (
        [File("real/x"), Link("lib", "real/x"), File("lib/evil")],
        "a link and a folder",
    ),
    "a pipe": ([Special("a", tarfile.FIFOTYPE)], "something that is no file"),
    "setuid": ([File("llama-server", mode=0o4755)], "special rights"),
    "setgid": ([File("llama-server", mode=0o2755)], "special rights"),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(("members", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_members(place: Path, name: str, members: list[Member], reason: str) -> None:
    assert reason in refusal(place, name, FORMS[name](members))


@pytest.mark.parametrize(
    "kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.LNKTYPE], ids=["char", "block", "hardlink"]
)
def test_devices_and_hard_links(place: Path, kind: bytes) -> None:
    member: Member = Link("a", "b", kind) if kind == tarfile.LNKTYPE else Special("a", kind)
    assert "something that is no file" in refusal(place, "e.tar.gz", tar_gz([File("b"), member]))


@pytest.mark.parametrize("name", FORMS)
def test_a_bomb_is_stopped(place: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SLACK", 1 << 20)
    content = FORMS[name]([File("zeros", bytes(24 << 20))])
    assert len(content) < 1 << 20
    assert "far more than its size promises" in refusal(place, name, content)
    assert sum(p.stat().st_size for p in place.rglob("*") if p.is_file()) < 24 << 20


@pytest.mark.parametrize("name", FORMS)
def test_too_many_files(place: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_ENTRIES", 10)
    assert "more than 10 files" in refusal(
        place, name, FORMS[name]([File(str(number)) for number in range(11)])
    )


def test_an_encrypted_file(place: Path) -> None:
    content = bytearray(zipped([File("secret", b"x" * 100)]))
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    assert "an encrypted file" in refusal(place, "engine.zip", bytes(content))


def test_a_name_with_a_zero_byte(place: Path) -> None:
    content = zipped([File("llama-server#.png")]).replace(b"#", b"\0")
    assert "a name that no file may have" in refusal(place, "engine.zip", content)


def test_a_header_that_would_fill_the_memory(place: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz", compresslevel=1) as tar:
        info = tarfile.TarInfo("a")
        info.pax_headers = {"comment": "x" * (8 << 20)}
        tar.addfile(info)
    assert "a header that is far too long" in refusal(place, "e.tar.gz", data.getvalue())


DAMAGED = {
    "cut.tar.gz": tar_gz([File("a", os.urandom(9000))])[:5000],
    "nonsense.tar.gz": b"this is no archive",
    "nothing.tar.gz": b"",
    "cut.zip": zipped([File("a", os.urandom(9000))])[:5000],
    "nonsense.zip": b"this is no archive",
    "wrong-sum.zip": zipped([File("a", b"abcdefgh" * 100)]).replace(b"PK\x01\x02", b"PK\x01\x03"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_archives(place: Path, name: str) -> None:
    with pytest.raises(PaddockError) as damaged:
        unpacked(place, name, DAMAGED[name])
    assert damaged.value.failure.title == "The archive is damaged"
    assert damaged.value.failure.cause is FailureCause.DOWNLOAD_FAILED


def test_a_flipped_bit_in_the_content(place: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("a", b"abcdefgh" * 100)
    content = bytearray(data.getvalue())
    content[100] ^= 1
    with pytest.raises(PaddockError, match="damaged"):
        unpacked(place, "engine.zip", bytes(content))


NAMES = st.text(st.sampled_from("ab./\\:-_ \0\n~C1NULé"), min_size=1, max_size=12)


@given(NAMES)
def test_a_name_that_passes_stays_inside(name: str) -> None:
    try:
        parts = safe_parts(name)
    except Unsafe:
        return
    assert all(part not in ("", ".", "..") for part in parts)
    assert not set("".join(parts)) & set('\\/:\0\n<>"|?*')
    root = os.path.abspath(os.path.join(os.sep, "root"))
    assert os.path.abspath(os.path.join(root, *parts)).startswith(root)


@given(NAMES, NAMES)
def test_a_link_that_passes_stays_inside(name: str, target: str) -> None:
    try:
        inside = link_target(safe_parts(name), target)
    except Unsafe:
        return
    assert ".." not in inside
    assert all(inside)
