"""Every real nvidia-smi output reads as its index says, and no text breaks the parser."""

import os
import random
from pathlib import Path

import pytest

from tray.infrastructure.gpu.nvidia_smi_csv import SmiComplaint, parse
from tray.models.metrics import GpuMetrics

_DATA = Path(__file__).parent / "data" / "nvidia_smi"
_MIB = 2**20

# The fields each report had queried, in order; "-" where the report does not tell.
_COLUMNS = {
    "csv01": "memory.used memory.total memory.free temperature.gpu fan.speed "
    "utilization.gpu utilization.memory",
    "csv03": "name utilization.gpu utilization.memory temperature.gpu power.draw power.limit "
    "fan.speed pstate - - - -",
    "csv05": "index uuid name temperature.gpu utilization.gpu memory.used memory.total",
    "csv08": "- memory.total name",
    "csv09": "index name memory.total memory.used - utilization.gpu temperature.gpu",
    "csv10": "memory.used memory.total utilization.gpu",
    "csv11": "index name uuid - - - memory.total - memory.used - - - temperature.gpu " + "- " * 13,
    "csv13": "power.limit - - memory.total - - name uuid power.draw temperature.gpu "
    "temperature.memory - - - utilization.gpu utilization.memory - - pstate",
}
_COLUMNS["csv02"] = _COLUMNS["csv01"]


def _gpu(
    index: int, name: str, load: float | None, used: int | None, total: int | None
) -> GpuMetrics:
    sizes = (None if size is None else size * _MIB for size in (used, total))
    vram_used, vram_total = sizes
    return GpuMetrics(
        index=index, name=name, load_percent=load, vram_used=vram_used, vram_total=vram_total
    )


def _with(gpu: GpuMetrics, celsius: float | None, watts: float | None) -> GpuMetrics:
    return gpu.model_copy(update={"temperature_celsius": celsius, "power_watts": watts})


_TITANS = (
    (25, 0, 802),
    (54, 86, 10032),
    (55, 85, 6442),
    (58, 60, 6442),
    (55, 84, 6459),
    (54, 83, 6440),
    (56, 83, 6451),
    (55, 82, 6442),
)
_EXPECTED: dict[str, tuple[GpuMetrics, ...]] = {
    "csv01": (_with(_gpu(0, "NVIDIA GPU 0", 0, 2004, 2004), 44, None),),
    "csv02": (_with(_gpu(0, "NVIDIA GPU 0", 0, 2004, 2004), 44, None),),
    "csv03": (_with(_gpu(0, "GeForce GTX 770", None, None, None), 52, None),),
    "csv04": (_with(_gpu(0, "GeForce RTX 2080 Ti", 100, None, None), 56, 228.82),),
    "csv05": tuple(
        _with(_gpu(index, "GeForce GTX TITAN X", load, used, 12206), celsius, None)
        for index, (celsius, load, used) in enumerate(_TITANS)
    ),
    "csv06": (_with(_gpu(0, "NVIDIA GPU 0", 0, None, None), 35, 11.17),),
    "csv07": (_gpu(0, "NVIDIA GPU 0", None, None, None),),
    "csv08": (_gpu(0, "NVIDIA H100L-2-24C", None, None, 24576),),
    "csv09": (_gpu(0, "Orin (nvgpu)", None, None, None),),
    "csv10": (_gpu(0, "NVIDIA GPU 0", 0, None, None),),
    "csv11": (_with(_gpu(0, "NVIDIA GeForce RTX 3080", None, 1211, 10240), 54, None),),
    "csv12": (_with(_gpu(0, "NVIDIA GPU 0", 21, None, None), 47, 15.67),),
    "csv13": (_with(_gpu(0, "GeForce RTX 2080", 86, None, 7979), 45, 176.98),),
}


def _index() -> dict[str, tuple[str, str]]:
    """File name to kind and source, from the index beside the files."""
    rows: dict[str, tuple[str, str]] = {}
    for line in (_DATA / "INDEX.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 6 and cells[1].endswith(".txt"):
            rows[cells[1]] = (cells[2], cells[5])
    return rows


def _read(name: str) -> str:
    return (_DATA / name).read_text("utf-8")


def _columns(name: str) -> tuple[str, ...] | None:
    known = _COLUMNS.get(name[:5])
    return tuple(known.split()) if known else None


def _parse(name: str, text: str) -> tuple[GpuMetrics, ...] | SmiComplaint:
    columns = _columns(name)
    return parse(text, columns) if columns else parse(text)


def test_the_index_names_every_file() -> None:
    assert sorted(_index()) == sorted(path.name for path in _DATA.glob("*.txt"))
    assert all(source.startswith("https://") for _, source in _index().values())


@pytest.mark.parametrize("name", [n for n, row in _index().items() if row[0].startswith("csv")])
def test_rows_read_as_they_stand(name: str) -> None:
    assert _parse(name, _read(name)) == _EXPECTED[name[:5]]


@pytest.mark.parametrize("name", [n for n, row in _index().items() if row[0] in ("error", "table")])
def test_errors_and_tables_are_no_rows(name: str) -> None:
    answer = parse(_read(name))
    assert isinstance(answer, SmiComplaint)
    assert answer.text
    assert answer.no_devices == (name == "err01_no_devices.txt")


def test_every_text_is_no_row_in_anybody_elses_columns() -> None:
    """A text that happens to have as many cells as were asked for has no index."""
    for name, (kind, _) in _index().items():
        if kind in ("error", "table"):
            for line in _read(name).splitlines():
                columns = ("index", *("name" for _ in line.split(",")[1:]))
                assert not isinstance(parse(line, columns), tuple) or not line.strip()


def test_rows_survive_the_error_of_another_gpu() -> None:
    text = (
        "0, A, 5, 100, 200, 40, 30.5\n"
        "Unable to determine the device handle for GPU 0000:0B:00.0: Unknown Error\n"
    )
    assert parse(text) == (_with(_gpu(0, "A", 5, 100, 200), 40, 30.5),)


@pytest.mark.parametrize("cell", ["[N/A]", "N/A", "[Insufficient Permissions]", "-1", "101", "x"])
def test_a_load_that_is_no_percentage_is_unknown(cell: str) -> None:
    answer = parse(f"0, A, {cell}, 1, 2, 40, 30")
    assert answer == (_with(_gpu(0, "A", None, 1, 2), 40, 30),)


def test_an_impossible_memory_is_unknown() -> None:
    assert parse("0, A, 1, 3, 2, 40, 30") == (_with(_gpu(0, "A", 1, None, 2), 40, 30),)
    assert parse("0, A, 1, 0, 0, 40, 30") == (_with(_gpu(0, "A", 1, 0, None), 40, 30),)


def test_units_are_honoured() -> None:
    header = "index, memory.used [GiB], memory.total [MiB]\n"
    assert parse(header + "0, 1 GiB, 2048 MiB") == (_gpu(0, "NVIDIA GPU 0", None, 1024, 2048),)


def _mutated(data: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(mutated) + 1)
        match chance.randrange(4):
            case 0:
                mutated[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del mutated[at : at + chance.randint(1, 12)]
            case 2:
                mutated[at:at] = chance.choice((b",", b"\n", b"\0", b"]", b"9" * 40, b"\xd9\xa3"))
            case _:
                mutated[at:at] = mutated[: chance.randrange(40)]
    return bytes(mutated)


def _mutate_and_parse(count: int) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(_DATA.glob("*.txt"))]
    chance = random.Random(20_260)
    for turn in range(count):
        name, data = files[turn % len(files)]
        text = _mutated(data, chance).decode("utf-8", "replace")
        answer = _parse(name, text)
        if isinstance(answer, SmiComplaint):
            continue
        assert [gpu.index for gpu in answer] == sorted({gpu.index for gpu in answer})
        assert all(_is_possible(gpu) for gpu in answer), text


def _is_possible(gpu: GpuMetrics) -> bool:
    load, used, total = gpu.load_percent, gpu.vram_used, gpu.vram_total
    return (
        bool(gpu.name)
        and (load is None or 0 <= load <= 100)
        and (total is None or total > 0)
        and (used is None or 0 <= used <= (total or used))
    )


def test_mutated_outputs_never_raise_nor_give_the_impossible() -> None:
    """``PADDOCK_MUTATIONS=1000000`` asks for more; that takes a minute."""
    _mutate_and_parse(int(os.environ.get("PADDOCK_MUTATIONS", "20000")))
