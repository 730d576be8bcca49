"""The child that reads GGUF files with the ``gguf`` package, and nothing else.

The files are hostile: one may end this process or take all the time and memory there
is, so the parent sets the limits and this process sets one on its own memory. One
request a line on standard input, one answer a line on standard output; both are
models below. ``gguf`` reads its files by mapping them, weights are never touched.
"""

import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tray.models.base import Frozen
from tray.models.catalog import ModelFacts
from tray.models.model_shape import ModelShape

if TYPE_CHECKING:
    from gguf import GGUFReader

# Far more than an honest header takes.
MOST_MEMORY = 3 << 30
LONGEST_TEXT = 200
NO_WEIGHTS = "it describes a model and holds no weights of one"
LONGEST_READ = 60
# What the reader raises for bytes that make no sense.
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class ReadRequest(Frozen):
    """The files of one model, the first part first."""

    parts: tuple[Path, ...]


def serve(requests: BinaryIO, answers: BinaryIO) -> int:
    """Answer every line of ``requests`` until it ends."""
    _limit_memory()
    for line in requests:
        if sys.platform != "win32":
            # A parent that is killed cannot end a child that hangs in a file.
            signal.alarm(LONGEST_READ)
        facts = read_facts(ReadRequest.model_validate_json(line).parts)
        answers.write(facts.model_dump_json().encode() + b"\n")
        answers.flush()
    return 0


def read_facts(parts: tuple[Path, ...]) -> ModelFacts:
    """What the files say, or the problem with them."""
    from tray.infrastructure.model_files.skipping_reader import SkippingReader

    try:
        readers = [SkippingReader(part) for part in parts]
        facts = _described(readers[0])
        weights = sum(map(_weights, readers), Counter[str]())
        return facts.model_copy(
            update={
                "parameters": weights.total() or None,
                "quantization": facts.quantization or _commonest(weights),
                "shape": _shape(readers),
                "problem": None if weights else NO_WEIGHTS,
            }
        )
    except MemoryError:
        return ModelFacts.not_yet("there was not enough memory")
    except OSError as error:
        return ModelFacts.not_yet(error.strerror or str(error))
    except UNREADABLE as error:
        return ModelFacts(problem=_problem(error))


def _shape(readers: Sequence["GGUFReader"]) -> ModelShape | None:
    """What a file says that cannot be true is not known."""
    from tray.infrastructure.model_files.shape_reader import shape_of

    try:
        return shape_of(readers)
    except UNREADABLE:
        return None


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        # Not the address space: a mapped model of any size is fine.
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


def _described(reader: "GGUFReader") -> ModelFacts:
    architecture = _text(reader, "general.architecture")
    length = _value(reader, f"{architecture}.context_length")
    licence = _text(reader, "general.license.name") or _text(reader, "general.license")
    return ModelFacts(
        title=_text(reader, "general.name"),
        architecture=architecture,
        quantization=_file_type(_value(reader, "general.file_type")),
        context=length if isinstance(length, int) and 0 < length < 1 << 40 else None,
        licence=licence,
        chat_template=reader.get_field("tokenizer.chat_template") is not None,
    )


def _value(reader: "GGUFReader", key: str) -> object:
    field = reader.get_field(key)
    return None if field is None else field.contents()


def _text(reader: "GGUFReader", key: str) -> str | None:
    from tray.infrastructure.escape import escaped

    value = _value(reader, key)
    return escaped(value)[:LONGEST_TEXT] or None if isinstance(value, str) else None


def _file_type(value: object) -> str | None:
    """Q4_K_M for 15; ``None`` for numbers nobody knows."""
    from gguf import LlamaFileType

    try:
        kind = LlamaFileType(int(str(value)))
    except ValueError:
        return None
    if kind is LlamaFileType.GUESSED:
        return None
    return str(kind.name).removeprefix("MOSTLY_").removeprefix("ALL_")


def _weights(reader: "GGUFReader") -> Counter[str]:
    """Numbers of weights by tensor type."""
    found: Counter[str] = Counter()
    for tensor in reader.tensors:
        found[tensor.tensor_type.name] += int(tensor.n_elements)
    return found


def _commonest(weights: Counter[str]) -> str | None:
    return weights.most_common(1)[0][0] if weights else None


def _problem(error: Exception) -> str:
    from tray.infrastructure.escape import escaped

    if "cannot reshape array" in str(error):
        return "it is incomplete: its last weights are missing"
    return f"it is damaged or cut off in its header ({escaped(str(error))[:LONGEST_TEXT]})"
