"""Files on their way: hashed while they are written, whatever was there before."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from tray.infrastructure.hub.follower import MOST_WAITING
from tray.infrastructure.hub.part_file import PartFile, part_path, throw_away
from tray.models.failure import PaddockError

MIB = 1 << 20


@pytest.mark.parametrize("before", [0, 1, 3 * MIB + 7, 40 * MIB])
@pytest.mark.parametrize("piece", [70_000, MIB])
def test_what_was_there_and_what_comes_make_one_hash(
    tmp_path: Path, before: int, piece: int
) -> None:
    content = random.Random(before).randbytes(before + 20 * MIB + 3)
    digest, target = hashlib.sha256(content).hexdigest(), tmp_path / "a.gguf"
    part_path(target, digest).write_bytes(content[:before])
    with PartFile(target, len(content), digest) as part:
        assert part.size == before
        # As few buffers as the contract allows: those that wait, and one is being filled.
        buffers = [bytearray(piece) for _ in range(MOST_WAITING + 1)]
        for turn, at in enumerate(range(before, len(content), piece)):
            view = memoryview(buffers[turn % len(buffers)])[: min(piece, len(content) - at)]
            view[:] = content[at : at + piece]
            part.add(view)
        part.finish()
    assert target.read_bytes() == content
    assert sorted(tmp_path.iterdir()) == [target]


def test_starting_again_forgets_what_was_hashed(tmp_path: Path) -> None:
    content = os.urandom(2 * MIB)
    digest, target = hashlib.sha256(content).hexdigest(), tmp_path / "a.gguf"
    with PartFile(target, len(content), digest) as part:
        part.add(os.urandom(MIB))
        part.start_again()
        part.add(content)
        part.finish()
    assert target.read_bytes() == content


def test_a_file_somebody_else_cuts_is_no_endless_wait(tmp_path: Path) -> None:
    target, digest = tmp_path / "a.gguf", "0" * 64
    path = part_path(target, digest)
    path.write_bytes(bytes(30 * MIB))
    with PartFile(target, 40 * MIB, digest) as part:
        os.truncate(path, 5)
        for _ in range(10):
            part.add(bytes(MIB))
        with pytest.raises((OSError, PaddockError)):
            part.finish()
    assert not target.exists()


def test_what_is_thrown_away_is_nobody_elses(tmp_path: Path) -> None:
    target, digest = tmp_path / "a.gguf", "0" * 64
    throw_away(target, digest)
    with PartFile(target, 10, digest) as part:
        part.add(b"half")
        with pytest.raises(PaddockError) as caught:
            throw_away(target, digest)
        assert "running already" in caught.value.failure.title
    throw_away(target, digest)
    assert list(tmp_path.iterdir()) == []
