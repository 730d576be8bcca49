"""Arguments: what is taken, what is refused, and what is not imported for it."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tray import __version__, cli
from tray.commands import models

DOCUMENT = Path(__file__).parents[2] / "docs" / "cli.md"


def subcommands() -> dict[str, argparse.ArgumentParser]:
    (found,) = (a for a in cli.parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(found.choices)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], {"headless": False}),
        (["run"], {"headless": False}),
        (["run", "--headless"], {"headless": True}),
        (["start"], {"model": None}),
        (["start", "--model", "demo"], {"model": "demo"}),
        (["chat"], {"prompt": None, "json": False}),
        (["chat", "Hello there", "--json"], {"prompt": "Hello there", "json": True}),
        (["chat", "-"], {"prompt": "-"}),
        (["status", "--json"], {"json": True}),
        (["logs", "-f"], {"follow": True}),
        (["models"], {"json": False}),
        (["models", "--json", "show", "a"], {"json": True, "name": "a"}),
        (["models", "show", "a"], {"json": False, "name": "a"}),
        (["models", "show", "a", "--json"], {"json": True}),
        (["models", "download", "ann/tiny:Q8_0"], {"what": "ann/tiny:Q8_0", "list": False}),
        (["models", "download"], {"what": None}),
        (["models", "delete", "a"], {"name": "a", "for_good": False}),
        (["models", "token"], {"action": None}),
        (["models", "token", "set"], {"action": "set"}),
        (["engines"], {"json": False}),
        (["engines", "--json"], {"json": True}),
        (["engines", "get"], {"name": None}),
        (["engines", "get", "b1-cpu"], {"name": "b1-cpu"}),
        (["engines", "use", "automatic"], {"name": "automatic"}),
        (["engines", "back"], {}),
        (["engines", "remove", "b1-cpu"], {"name": "b1-cpu"}),
    ],
)
def test_arguments(argv: list[str], expected: dict[str, object]) -> None:
    found = vars(cli.parser().parse_args(argv))
    assert {name: found[name] for name in expected} == expected
    assert callable(found["command"])


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["start", "--model"],
        ["status", "extra"],
        ["stop", "--json"],
        ["chat", "a", "b"],
        ["models", "nonsense"],
        ["models", "show"],
        ["models", "delete"],
        ["models", "token", "say"],
        ["engines", "use"],
        ["engines", "remove"],
        ["engines", "nonsense"],
    ],
)
def test_wrong_usage_is_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(argv)
    assert ended.value.code == 2
    assert "usage: paddock" in capsys.readouterr().err


def test_an_empty_prompt_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["chat", "  "]) == 2
    assert "prompt" in capsys.readouterr().err


def test_the_end_of_the_input_is_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(models, "_typed", ended)
    assert cli.main(["models", "token", "set"]) == 130


def test_ctrl_c_before_a_command_begins_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str, path: object, target: object = None) -> None:
        if name == "tray.models.error":
            raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "tray.models.error")
    monkeypatch.setattr(sys, "meta_path", [SimpleNamespace(find_spec=interrupted), *sys.meta_path])
    assert cli.main(["status"]) == 130


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"paddock {__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, tray.cli\n"
        "try:\n    tray.cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pydantic', 'httpx', 'rich', 'psutil', 'tomlkit', 'PIL'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "COMMAND" in done.stdout


@pytest.mark.parametrize("name", sorted(subcommands()))
def test_every_subcommand_and_option_is_documented(name: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    heading = next(
        (line for line in text.splitlines() if line.startswith(f"## `paddock {name}")), ""
    )
    assert heading, f"docs/cli.md has no section for {name}"
    section = text.split(heading, 1)[1].split("\n## ", 1)[0]
    for action in subcommands()[name]._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(f"`paddock {name} {inner}" in section for inner in action.choices)
        for option in action.option_strings:
            assert option in ("-h", "--help") or option in heading + section, (name, option)


def test_no_section_describes_a_command_that_is_gone() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    named = {
        line.split("`paddock ")[1].split("`")[0].split()[0]
        for line in lines
        if line.startswith("## `paddock ")
    }
    assert named == set(subcommands())
