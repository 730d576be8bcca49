"""A model that takes long to load: the demo model behind millions of strings.

llama.cpp reads and words every metadata pair, so a large array of strings costs
it CPU and memory in proportion, whatever the disk. The array's size is a multiple
of the alignment, which leaves all offsets of the tensors right.
"""

import struct
from pathlib import Path

KEY = b"paddock.padding"
TYPE_STRING, TYPE_ARRAY = 8, 9
ALIGNMENT = 32
HEAD = struct.Struct("<4sIQQ")
TEXT = b"x" * 24
CHUNK = 4096


def write_slow_model(source: Path, target: Path, strings: int) -> None:
    """Copy ``source`` (GGUF 3) with ``strings`` more strings, at least one."""
    data = source.read_bytes()
    magic, version, tensors, pairs = HEAD.unpack_from(data)
    with target.open("wb") as file:
        file.write(HEAD.pack(magic, version, tensors, pairs + 1))
        file.write(_text(KEY) + struct.pack("<IIQ", TYPE_ARRAY, TYPE_STRING, strings))
        used = len(_text(KEY)) + 16 + (strings - 1) * len(_text(TEXT))
        many, rest = divmod(strings - 1, CHUNK)
        for _ in range(many):
            file.write(_text(TEXT) * CHUNK)
        file.write(_text(TEXT) * rest)
        file.write(_text(b"y" * (-(used + 8) % ALIGNMENT)))
        file.write(data[HEAD.size :])


def _text(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text
