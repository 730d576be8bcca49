"""The command line as a subprocess, with the real bundled engine and no desktop."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.contract.guard_setup import gone, until
from tests.engine.cli_setup import SECONDS, CommandLine, command_line
from tray.models.catalog import ModelCatalog
from tray.models.chat import CHAT_CHUNK, ContentChunk, FinishChunk, FinishReason
from tray.models.doctor import Diagnosis
from tray.models.metrics import ServerMetrics

assert sys.platform == "linux"
pytestmark = pytest.mark.engine
KEYS = [
    "phase",
    "stalled",
    "engine",
    "model",
    "device",
    "cpu_fallback",
    "port",
    "pid",
    "failure",
    "launch",
]
QUESTION = "How do I add a model?"


@pytest.fixture
def paddock(tmp_path: Path) -> Iterator[CommandLine]:
    with command_line(tmp_path) as line:
        yield line


@pytest.fixture
def started(paddock: CommandLine) -> CommandLine:
    done = paddock("start")
    assert done.returncode == 0, done.stderr
    return paddock


def engine_of(paddock: CommandLine) -> psutil.Process:
    return psutil.Process(paddock.status()["pid"])


@pytest.mark.parametrize("prompt", ["", QUESTION])
def test_run_without_a_terminal_answers_one_prompt_and_ends(
    paddock: CommandLine, prompt: str
) -> None:
    done = paddock("run", text=prompt)
    assert done.returncode == 0, done.stderr
    assert "There is no desktop here" in done.stderr
    assert "Ready · demo model · bundled engine, CPU · port" in done.stderr
    *answer, timings = done.stdout.split("CPU · ")[0].strip().splitlines()
    assert len(" ".join(answer)) > 20
    told = r"[\d.,]+ tokens/s · [\d.]+ s to first token · [\d,]+ / [\d,]+ tokens"
    assert re.fullmatch(told, timings)
    assert "RAM · " in done.stdout
    assert paddock.client() is None


def test_without_a_running_paddock(paddock: CommandLine) -> None:
    assert paddock.status() == dict.fromkeys(KEYS) | {"phase": "stopped", "stalled": False}
    for command in ("status", "stop", "quit"):
        done = paddock(command)
        assert (done.returncode, done.stdout) == (0, "Paddock is not running.\n")
    found = ModelCatalog.model_validate_json(paddock("models", "--json").stdout)
    assert found.models == ()
    metrics = ServerMetrics.model_validate_json(paddock("metrics", "--json").stdout)
    assert metrics.ram_total
    diagnosis = paddock("doctor", "--json")
    assert Diagnosis.model_validate_json(diagnosis.stdout).checks
    assert paddock("logs").stderr.startswith("There is no log yet")
    assert Path(paddock("settings").stdout.strip()).is_file()
    assert paddock.client() is None


def test_chat_alone_starts_an_engine_answers_and_leaves_nothing(paddock: CommandLine) -> None:
    before = {child.pid for child in psutil.process_iter()}
    done = paddock("chat", text=QUESTION)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 20
    left = [p for p in psutil.process_iter() if p.pid not in before and _is_ours(p, paddock)]
    assert left == []
    assert paddock.client() is None


def _is_ours(process: psutil.Process, paddock: CommandLine) -> bool:
    try:
        return process.environ().get("HOME") == paddock.environment["HOME"]
    except psutil.Error:
        return False


def test_the_engine_is_started_reported_used_and_stopped(started: CommandLine) -> None:
    status = started.status()
    assert list(status) == KEYS
    assert status["phase"] == "ready"
    assert (status["engine"], status["model"], status["device"]) == ("bundled", "demo", "CPU")
    engine = engine_of(started)
    done = started("chat", QUESTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n")
    lines = started("chat", "--json", QUESTION).stdout.splitlines()
    chunks = [CHAT_CHUNK.validate_json(line) for line in lines]
    assert [c for c in chunks if isinstance(c, FinishChunk)] == chunks[-1:]
    assert any(isinstance(c, ContentChunk) for c in chunks)
    assert started("stop").stdout == "Stopped\n"
    assert gone([engine])
    assert started.status()["phase"] == "stopped"
    assert "tray.services.llama.actor: run 1: stopping -> stopped" in started("logs").stdout


def test_quit_ends_paddock_and_its_engine(started: CommandLine) -> None:
    engine, resident = engine_of(started), started.resident()
    assert resident is not None
    assert started("quit").returncode == 0
    until(lambda: gone([engine, resident]))
    assert started("status").stdout == "Paddock is not running.\n"


def test_a_start_while_paddock_still_ends_is_the_next_one(started: CommandLine) -> None:
    before = started.resident()
    # What hangs is given a second to end.
    engine_of(started).suspend()
    assert started("quit").returncode == 0
    done = started("start")
    assert done.returncode == 0, done.stderr
    assert started.resident() != before
    assert started.status()["phase"] == "ready"


def test_a_second_start_finds_the_first(started: CommandLine) -> None:
    resident = started.resident()
    assert resident is not None
    for arguments in (("run",), ("run", "--headless"), ()):
        done = started(*arguments)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == f"Paddock is already running (process {resident.pid}).\n"


def test_who_looks_for_the_icon_of_one_in_the_background_is_told(started: CommandLine) -> None:
    started.environment["DISPLAY"] = ":99"
    done = started("run")
    assert (done.returncode, done.stdout) == (0, "")
    assert "is already running" in done.stderr
    assert "has no icon" in done.stderr
    assert "paddock quit, then paddock run" in done.stderr


@pytest.mark.parametrize("prompt", ["-", "caf\udce9"])
def test_what_is_no_text_is_asked_all_the_same(started: CommandLine, prompt: str) -> None:
    done = subprocess.run(
        started.argv("chat", prompt),
        input=b"caf\xe9 \xff\n",
        capture_output=True,
        env=started.environment,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout


def test_output_that_cannot_be_written_is_said(paddock: CommandLine) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            paddock.argv("settings"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=paddock.environment,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "paddock: [Errno 28] No space left on device\n")


def test_a_chat_starts_the_engine_of_a_running_paddock(started: CommandLine) -> None:
    started("stop")
    assert started("chat", "hello").returncode == 0
    assert started.status()["phase"] == "ready"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_headless_paddock_in_order(
    paddock: CommandLine, number: signal.Signals
) -> None:
    with paddock.spawn("run", "--headless") as process:
        until(lambda: paddock.client() is not None)
        assert paddock("start").returncode == 0
        engine = engine_of(paddock)
        process.send_signal(number)
        assert process.wait(10) == 0
        assert gone([engine])
    assert paddock.client() is None


def test_ctrl_c_cancels_the_answer_and_not_the_engine(started: CommandLine) -> None:
    client = started.client()
    assert client is not None
    engine = engine_of(started)
    engine.suspend()
    try:
        with started.spawn("chat", "--json", QUESTION) as chat:
            until(lambda: client.state().active_chats == 1)
            chat.send_signal(signal.SIGINT)
            out, err = chat.communicate(timeout=10)
    finally:
        engine.resume()
    assert chat.returncode == 130, err
    finish = CHAT_CHUNK.validate_json(out.splitlines()[-1])
    assert isinstance(finish, FinishChunk)
    assert finish.reason is FinishReason.CANCELLED
    until(lambda: client.state().active_chats == 0)
    assert engine_of(started) == engine
    assert started("chat", QUESTION).returncode == 0


def test_an_engine_that_dies_fails_the_chat_with_the_reason(started: CommandLine) -> None:
    client = started.client()
    assert client is not None
    engine = engine_of(started)
    engine.suspend()
    with started.spawn("chat", QUESTION) as chat:
        until(lambda: client.state().active_chats == 1)
        engine.kill()
        _, err = chat.communicate(timeout=10)
    assert chat.returncode == 1
    reason = [line.startswith("paddock: ") for line in err.splitlines()].index(True)
    assert len(err.splitlines()) >= reason + 2


def test_a_wrong_model_is_refused_with_its_absolute_path(paddock: CommandLine) -> None:
    bad = paddock.root / "bad model.gguf"
    bad.write_bytes(b"not a GGUF")
    done = paddock("start", "--model", bad.name)
    assert done.returncode == 1
    assert str(bad) in done.stderr
    assert paddock.status()["phase"] == "failed"
    assert paddock.status()["failure"]["title"]
    unknown = paddock("start", "--model", "nobody")
    assert unknown.returncode == 1
    assert "nobody" in unknown.stderr


def test_a_model_whose_name_is_no_text_is_refused(paddock: CommandLine) -> None:
    bad = paddock.root / os.fsdecode(b"na\xefve.gguf")
    bad.write_bytes(b"")
    done = paddock("start", "--model", bad.name)
    assert done.returncode == 1
    assert "not valid text" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_chat_without_any_input_is_wrong_usage(paddock: CommandLine) -> None:
    command = shlex.join(paddock.argv("chat"))
    done = subprocess.run(
        ("/bin/sh", "-c", f"exec {command} <&-"),
        capture_output=True,
        text=True,
        env=paddock.environment,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, "there is no prompt" in done.stderr) == (2, True), done.stderr


def test_a_reader_that_leaves_is_no_failure(started: CommandLine) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        started.argv("status"),
        stdout=writing,
        stderr=subprocess.PIPE,
        env=started.environment,
        timeout=30,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_bad_setting_is_named_and_the_engine_starts(paddock: CommandLine) -> None:
    file = Path(paddock("settings").stdout.strip())
    file.write_text("[server]\ncontext_size = 3\n")
    done = paddock("start")
    assert done.returncode == 0
    assert "server.context_size" in done.stderr


def test_a_conversation_in_a_terminal(paddock: CommandLine) -> None:
    ours, theirs = pty.openpty()
    environment = paddock.environment | {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    process = subprocess.Popen(
        paddock.argv("run"), stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    seen = Seen(ours)
    seen.wait_for("Ctrl-D ends.")
    seen.type("How do I add a model?\n")
    seen.wait_for("s to first token")
    client = paddock.client()
    assert client is not None
    until(lambda: client.state().metrics is not None)
    seen.type("/metrics\n")
    seen.wait_for("RAM · ")
    seen.type("/stop\n")
    seen.wait_for("Stopped")
    seen.type("\x04")
    assert process.wait(10) == 0
    os.close(ours)
    assert paddock.client() is None


def test_a_standstill_is_marked_below_the_answer_until_the_engine_goes_on(
    started: CommandLine,
) -> None:
    engine = engine_of(started)
    engine.suspend()
    ours, theirs = pty.openpty()
    environment = started.environment | {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    process = subprocess.Popen(
        started.argv("chat", QUESTION), stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    seen = Seen(ours)
    seen.wait_for("Not answering · The engine is suspended · Ctrl-C cancels the answer")
    engine.resume()
    seen.wait_for("to first token")
    assert process.wait(10) == 0
    os.close(ours)


class Seen:
    """A terminal: what it has shown so far, and its keys."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._text = b""

    def type(self, text: str) -> None:
        """Type once Paddock asks: Ctrl-D before that would be lost with the line mode."""
        self.wait_for("> ")
        os.write(self._terminal, text.encode())

    def wait_for(self, text: str) -> None:
        """Read until the text is there; what came before it counts no more."""
        wanted = text.encode()
        while wanted not in self._text:
            readable, _, _ = select.select([self._terminal], [], [], 20)
            assert readable, f"{text!r} never came; there is {self._text!r}"
            self._text += self._read(text)
        self._text = self._text.partition(wanted)[2]

    def _read(self, wanted: str) -> bytes:
        """One piece; a program that has ended leaves EIO (Linux) and says no more."""
        try:
            return os.read(self._terminal, 4096)
        except OSError as error:
            raise AssertionError(f"ended before {wanted!r}; there is {self._text!r}") from error
