"""docs/fault-matrix.md names tests that exist, and every row names one."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MATRIX = (ROOT / "docs" / "fault-matrix.md").read_text(encoding="utf-8")
ROWS = [
    line
    for line in MATRIX.splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| fault "))
]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_bytes())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_each_row_names_tests_that_exist_and_a_state(row: str) -> None:
    _, fault, tests, expected, _ = row.split("|")
    assert fault.strip()
    assert expected.strip()
    named = NAMED.findall(tests)
    assert named
    assert NAMED.sub("", tests).replace(",", "").strip() == ""
    for file, name in named:
        assert name.startswith("test_")
        assert name in functions_in(file), f"{file}::{name}"


def test_the_matrix_has_all_its_rows() -> None:
    assert len(ROWS) >= 45
