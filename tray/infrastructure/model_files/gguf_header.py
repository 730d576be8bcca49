"""Reads the beginning of a GGUF file: enough for messages, not for safety.

Layout (little endian): magic ``GGUF``, version u32, tensors u64, pairs u64, then
the pairs: key string, type u32, value. A string is its length as u64 and UTF-8.
"""

import struct
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

MAGIC = b"GGUF"
# What a clone without Git LFS has in the place of a large file.
LFS_BEGINS = b"version https://git-lfs"
OLDEST_VERSION, NEWEST_VERSION = 2, 3
SCALAR_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
U32, STRING, ARRAY = 4, 8, 9
# Token lists follow the general keys; walking them would cost more than it tells.
LONGEST_ARRAY_WALKED = 4096
LONGEST_STRING = 1 << 24
MOST_PAIRS = 1 << 16


class HeaderProblem(Enum):
    EMPTY = auto()
    NOT_GGUF = auto()
    LFS_POINTER = auto()
    OTHER_VERSION = auto()
    OTHER_BYTES = auto()
    TRUNCATED = auto()


class HeaderError(Exception):
    """The header cannot be used; ``problem`` says why."""

    def __init__(self, problem: HeaderProblem, version: int | None = None) -> None:
        super().__init__(problem.name)
        self.problem = problem
        self.version = version


@dataclass(frozen=True)
class GgufHeader:
    """What a header says, up to the first long array.

    ``texts`` are its string values, ``numbers`` those of the kind u32.
    """

    version: int
    tensors: int
    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def architecture(self) -> str | None:
        """``general.architecture``, "llama" for instance."""
        return self.texts.get("general.architecture")

    @property
    def kind(self) -> str | None:
        """``general.type``: "model", "mmproj", "adapter" …; absent in older files."""
        return self.texts.get("general.type")

    @property
    def is_model(self) -> bool:
        """False for projectors, adapters and importance matrices."""
        return self.architecture != "clip" and self.kind in (None, "model")

    @property
    def width(self) -> int | None:
        """Elements a token has in this model, or in the one that this projector is for.

        Projectors without a type are of older converters: what they call so is another
        number, LLaVA's the width of CLIP.
        """
        if self.kind == "mmproj":
            keys = ["clip.vision.projection_dim", "clip.audio.projection_dim"]
        else:
            keys = [f"{self.architecture}.embedding_length"]
        return next((self.numbers[key] for key in keys if self.numbers.get(key)), None)


def header_words(error: HeaderError) -> str:
    """The problem as a clause about the file: "it is empty"."""
    return {
        HeaderProblem.EMPTY: "it is empty",
        HeaderProblem.NOT_GGUF: "it is not a GGUF file",
        HeaderProblem.LFS_POINTER: "it only points to the model, which Git LFS did not fetch",
        HeaderProblem.OTHER_BYTES: "it is for computers with another byte order (big-endian)",
        HeaderProblem.OTHER_VERSION: f"it says GGUF version {error.version}, not 2 or 3",
        HeaderProblem.TRUNCATED: "it is damaged or cut off in its header",
    }[error.problem]


def read_header(path: Path) -> GgufHeader:
    """The header of the file; raises HeaderError, or OSError when it cannot be read."""
    with path.open("rb") as file:
        magic = file.read(4)
        if not magic:
            raise HeaderError(HeaderProblem.EMPTY)
        if magic != MAGIC:
            raise HeaderError(_other_kind(magic + file.read(len(LFS_BEGINS) - len(MAGIC))))
        version = _number(file, 4)
        if OLDEST_VERSION << 24 <= version <= NEWEST_VERSION << 24 and not version & 0xFFFFFF:
            raise HeaderError(HeaderProblem.OTHER_BYTES)
        if not OLDEST_VERSION <= version <= NEWEST_VERSION:
            raise HeaderError(HeaderProblem.OTHER_VERSION, version)
        tensors, pairs = _number(file, 8), _number(file, 8)
        header = GgufHeader(version, tensors)
        _fill(header, file, min(pairs, MOST_PAIRS))
        return header


def _other_kind(beginning: bytes) -> HeaderProblem:
    if beginning == LFS_BEGINS:
        return HeaderProblem.LFS_POINTER
    return HeaderProblem.TRUNCATED if MAGIC.startswith(beginning) else HeaderProblem.NOT_GGUF


def _fill(header: GgufHeader, file: BinaryIO, pairs: int) -> None:
    for _ in range(pairs):
        key = _text(file)
        kind = _number(file, 4)
        if kind == STRING:
            header.texts[key] = _text(file)
        elif kind == U32:
            header.numbers[key] = _number(file, 4)
        elif kind != ARRAY:
            _bytes(file, _scalar_size(kind))
        elif not _skip_array(file):
            break


def _skip_array(file: BinaryIO) -> bool:
    """Walk over a short array; False (and a position of no use) for a long one."""
    kind, count = _number(file, 4), _number(file, 8)
    if count > LONGEST_ARRAY_WALKED or kind == ARRAY:
        return False
    if kind != STRING:
        _bytes(file, _scalar_size(kind) * count)
        return True
    for _ in range(count):
        _text(file)
    return True


def _scalar_size(kind: int) -> int:
    if kind not in SCALAR_SIZES:
        raise HeaderError(HeaderProblem.TRUNCATED)
    return SCALAR_SIZES[kind]


def _number(file: BinaryIO, size: int) -> int:
    return int(struct.unpack("<I" if size == 4 else "<Q", _bytes(file, size))[0])


def _text(file: BinaryIO) -> str:
    length = _number(file, 8)
    if length > LONGEST_STRING:
        raise HeaderError(HeaderProblem.TRUNCATED)
    return _bytes(file, length).decode(errors="replace")


def _bytes(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise HeaderError(HeaderProblem.TRUNCATED)
    return data
