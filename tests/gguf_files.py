"""Small GGUF files for tests: real headers made by hand, or what a GGUFWriter was given."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gguf import GGUFWriter

STRING = 8
ARRAY = 9
U32 = 4
F32 = 6


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(version: int = 3, **texts: str) -> bytes:
    """A header with these string values; "__" in a name stands for a dot."""
    texts = texts or {"general__architecture": "llama"}
    pairs = [string(name.replace("__", "."), value) for name, value in texts.items()]
    return header(*pairs, version=version)


def header(*pairs: bytes, version: int = 3) -> bytes:
    """Of a file without tensors."""
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs)) + b"".join(pairs)


def string(name: str, value: str) -> bytes:
    return text(name) + struct.pack("<I", STRING) + text(value)


def u32(name: str, value: int) -> bytes:
    return text(name) + struct.pack("<II", U32, value)


def array(name: str, kind: int, count: int, entries: bytes) -> bytes:
    """It says ``count`` entries, whatever is there."""
    return text(name) + struct.pack("<IIQ", ARRAY, kind, count) + entries


def write_gguf(path: Path, content: bytes | None = None) -> Path:
    """Write the file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf() if content is None else content)
    return path


def write_out(writer: GGUFWriter) -> None:
    """Write all that the writer was given to its file, and close it."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
