"""What the README says to type works, and what it points to is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tray.cli import parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = "\n".join(re.findall(r"```\n(.*?)```", README, re.DOTALL))
SPANS = re.findall(r"`([^`\n]+)`", README)
COMMANDS = [line for line in (*BLOCKS.splitlines(), *SPANS) if line.strip()]


def commands_of(program: str) -> list[list[str]]:
    """The arguments of every command in the README that starts this program."""
    found = []
    for line in COMMANDS:
        words = shlex.split(line.split("|")[-1], posix=True) if "[" not in line else []
        if program in words[:2]:
            found.append(words[words.index(program) + 1 :])
    return found


def test_every_dev_command_exists() -> None:
    named = commands_of("dev.py")
    assert {"run", "test"} <= {words[0] for words in named}
    assert {words[0] for words in named} <= set(dev.COMMANDS)


def test_every_paddock_command_is_understood() -> None:
    named = commands_of(".venv/bin/paddock") + [w for w in commands_of("paddock") if w]
    assert ["models"] in named
    for words in named:
        parser().parse_args(words)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_one_question_on_a_machine_without_desktop_or_network(tmp_path: Path) -> None:
    """The README's own line; the environment is set up, so nothing may ask the network."""
    nowhere = "http://127.0.0.1:9"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PIP_INDEX_URL": nowhere,
        "http_proxy": nowhere,
        "https_proxy": nowhere,
    }
    done = subprocess.run(
        (sys.executable, str(ROOT / "dev.py"), "run"),
        input="What can Paddock do?",
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Open chat" in done.stdout
    assert "tokens/s" in done.stdout
    assert "CPU" in done.stdout
    assert "no desktop" in done.stderr
