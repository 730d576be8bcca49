"""docs/security.md names tests that exist, and every threat names one."""

from __future__ import annotations

import pytest

from tests.unit.test_fault_matrix import NAMED, ROOT, functions_in

ROWS = [
    line
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| threat", "|---"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_threat_has_a_mitigation_and_tests_that_exist(row: str) -> None:
    _, _, mitigation, tests, _ = row.split("|")
    assert mitigation.strip()
    named = NAMED.findall(tests)
    assert named
    assert NAMED.sub("", tests).replace(",", "").strip() == ""
    assert [f"{file}::{name}" for file, name in named if name not in functions_in(file)] == []


def test_every_threat_of_the_design_has_its_row() -> None:
    assert len(ROWS) >= 21
