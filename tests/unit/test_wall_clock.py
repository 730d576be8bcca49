"""A clock set forward or back by a day changes nothing: durations are monotonic.

The wall clock is read for stamps people see and for the age of files, in the
modules named here with their reason; everywhere else it is an error.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import tray

WALL = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow")}
ALLOWED = {
    "infrastructure/clock.py": "when a conversation was last written in",
    "infrastructure/private_file.py": "the age of temporary files",
    "infrastructure/llama/supervision/records.py": "the age of temporary files",
    "infrastructure/logs/_application.py": "the time of a record",
}


def wall_clock_calls(path: Path) -> Iterator[int]:
    """Lines that call a function of the wall clock."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and (node.func.value.id, node.func.attr) in WALL
        ):
            yield node.lineno


def test_nothing_else_reads_the_wall_clock() -> None:
    root = Path(tray.__file__).parent
    found = {
        path.relative_to(root).as_posix(): lines
        for path in root.rglob("*.py")
        if (lines := list(wall_clock_calls(path)))
    }
    assert found.keys() - ALLOWED.keys() == set(), found
    assert {name for name in ALLOWED if (root / name).exists()} == set(ALLOWED)
