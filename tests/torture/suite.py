"""Tests of the suite that have a long form of their own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.torture.figures import SuiteFigures
from tests.torture.victim import ROOT

KILLED_WHILE_SAVING = (
    "tests/contract/test_settings_store.py::test_killed_while_saving_leaves_the_old_or_the_new_file"
)
CUT_AT_EVERY_BYTE = (
    "tests/contract/test_recorded_streams.py::"
    "test_a_recording_cut_anywhere_is_never_a_wrong_success"
)


def run_test(test: str, runs: int) -> SuiteFigures:
    """Run one test; PADDOCK_TORTURE tells it how often to try, if it asks."""
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test),
        cwd=ROOT,
        env={**os.environ, "PADDOCK_TORTURE": str(runs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
    return SuiteFigures(test=test, runs=runs, passed=done.returncode == 0)
