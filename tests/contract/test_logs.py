"""The application log on a real disk: forged, full, read-only, rotated, followed."""

import logging
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.platforms import on_posix
from tray.infrastructure.logs import ApplicationLog, EngineLog, follow, last_lines

RECORD = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (DEBUG|INFO|WARNING|ERROR) [\w.]+: .*"
)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ApplicationLog]:
    log = ApplicationLog(tmp_path)
    yield log
    log.close()


def written(log: ApplicationLog) -> list[str]:
    return log.path.read_text(encoding="utf-8").split("\n")[:-1]


def texts(log: ApplicationLog) -> list[str]:
    return [line.split(": ", 1)[1] for line in written(log)]


def test_records_have_time_level_source_and_text(log: ApplicationLog) -> None:
    log.write("INFO", "engine", ["one", "two"])
    assert [line.split(" ", 1)[1] for line in written(log)] == [
        "INFO engine: one",
        "INFO engine: two",
    ]
    assert all(RECORD.fullmatch(line) for line in written(log))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text())
def test_no_text_forges_a_record(log: ApplicationLog, text: str, source: str) -> None:
    log.path.unlink(missing_ok=True)
    log.write("INFO", source, [text + "\x1b[2J\r\n2026 INFO x: \u202eforged\u2028\u0085\udc80"])
    (line,) = log.path.read_text(encoding="utf-8").splitlines()
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", line)


def test_secrets_are_hidden_everywhere(log: ApplicationLog) -> None:
    log.redact("sk-very-secret")
    log.redact("")
    engine = EngineLog(log)
    engine.feed(b"key=sk-very-se")
    engine.feed(b"cret;\n" + b"x" * 8186 + b"sk-very-secret" + b"y" * 9000 + b"\n")
    engine.feed((b"sk-very-secret" * 700) + b"\n")
    log.install()
    logging.getLogger("other").warning("token %s", "sk-very-secret")
    assert "very" not in log.path.read_text()
    assert not any("very" in line for line in engine.tail())
    assert texts(log)[0] == "key=***;"
    assert texts(log)[-1] == "token ***"


def test_python_logging_arrives_with_its_traceback_on_one_line(log: ApplicationLog) -> None:
    log.install()
    try:
        raise ValueError("broken\nvalue")
    except ValueError:
        logging.getLogger("part").exception("went %s", "wrong")
    logging.getLogger("httpx").info("HTTP Request: GET …")
    assert [line.split(" ")[1:3] for line in written(log)] == [["ERROR", "part:"]]
    assert r"went wrong\nTraceback" in written(log)[0]
    log.close()
    logging.getLogger("part").warning("after the end")
    assert len(written(log)) == 1


def test_what_ends_a_thread_is_logged(log: ApplicationLog, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", heard.append)
    log.install()
    thread = threading.Thread(target=lambda: 1 // 0, name="metrics")
    thread.start()
    thread.join()
    (line,) = texts(log)
    assert line.startswith(r"the thread metrics ended by a mistake\nTraceback")
    assert "ZeroDivisionError" in line
    assert len(heard) == 1
    log.close()
    assert threading.excepthook == heard.append


def test_a_wrong_log_call_is_kept_and_harms_nobody(tmp_path: Path) -> None:
    code = (
        "import logging, sys; from pathlib import Path\n"
        "from tray.infrastructure.logs import ApplicationLog\n"
        "ApplicationLog(Path(sys.argv[1])).install()\n"
        "logging.getLogger('part').info('%d apples', 'two')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, check=True)
    assert done.stderr == b""
    assert "'%d apples' with unfitting" in (tmp_path / "paddock.log").read_text()


def test_rotation_bounds_the_disk_and_loses_no_new_record(tmp_path: Path) -> None:
    log = ApplicationLog(tmp_path, largest=2000, files=3)
    for number in range(200):
        log.write("INFO", "x", [f"record {number:04d}"])
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["paddock.1.log", "paddock.2.log", "paddock.log"]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    kept = [int(line[-4:]) for line in last_lines(log.path, 1000)]
    assert kept == list(range(kept[0], 200))
    assert len(kept) > 80
    assert last_lines(log.path, 2)[-1].endswith("record 0199")
    log.close()


@on_posix
def test_files_are_private_and_links_are_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.touch()
    (tmp_path / "paddock.log").symlink_to(target)
    log = ApplicationLog(tmp_path)
    log.write("INFO", "x", ["kept"])
    assert target.read_bytes() == b""
    log.path.unlink()
    log.close()
    assert texts(log)[-1] == "kept"
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


@on_posix
def test_a_removed_log_is_made_again(log: ApplicationLog) -> None:
    log.write("INFO", "x", ["one"])
    log.path.unlink()
    log.write("INFO", "x", ["two"])
    assert texts(log) == ["two"]


def test_an_unusable_folder_is_said_once_and_recovers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = ApplicationLog(tmp_path / "later")
    for number in range(3):
        log.write("INFO", "x", [f"{number}"])
    assert capsys.readouterr().err.count("cannot be written") == 1
    assert log.trouble
    (tmp_path / "later").mkdir()
    deadline = time.monotonic() + 10
    while log.trouble and time.monotonic() < deadline:
        threading.Event().wait(0.02)
        log.write("INFO", "x", ["more"])
    assert log.trouble is None
    assert texts(log)[0].startswith("was not writable")
    assert texts(log)[1:4] == ["0", "1", "2"]
    log.close()


def test_memory_is_bounded_while_nothing_can_be_written(tmp_path: Path) -> None:
    log = ApplicationLog(tmp_path / "later")
    for number in range(2000):
        log.write("INFO", "x", [f"{number:04d}" + "x" * 1000])
    (tmp_path / "later").mkdir()
    log.close()
    assert log.path.stat().st_size < 300 << 10
    assert "are lost" in texts(log)[0]
    assert texts(log)[-1].startswith("1999")


@on_posix
def test_a_full_disk_tears_no_record(tmp_path: Path) -> None:
    if sys.platform == "win32":
        return
    import resource
    import signal

    log = ApplicationLog(tmp_path)
    log.write("INFO", "x", ["before"])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # A file size limit cuts a write in the middle, as a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.path.stat().st_size + 30, hard))
    try:
        log.write("INFO", "x", ["y" * 100])
        assert texts(log) == ["before"]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    log.close()
    assert texts(log)[0] == "before"
    assert texts(log)[-1] == "y" * 100


@on_posix
def test_a_pipe_in_the_logs_place_is_refused(tmp_path: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "paddock.log")
    log = ApplicationLog(tmp_path)
    log.write("INFO", "x", ["does not hang"])
    assert log.trouble
    log.close()


def test_engine_lines_of_any_cut_are_the_same(log: ApplicationLog) -> None:
    data = "eins\r\nzw€i\n\ndrei\ttab\n".encode() + b"\xff\xfe\nlast"
    expected = ("eins", "zw€i", "", r"drei\ttab", "\ufffd\ufffd", "last")
    for size in range(1, len(data) + 1):
        engine = EngineLog(log)
        for start in range(0, len(data), size):
            engine.feed(data[start : start + size])
        assert engine.tail() == expected
        assert engine.tail(2) == expected[-2:]
        assert engine.tail(0) == ()
        engine.close()
        assert texts(log)[-6:] == list(expected)


def test_a_long_line_is_cut_and_bounded(log: ApplicationLog) -> None:
    engine = EngineLog(log)
    for _ in range(1024):
        engine.feed(b"x" * 65536)
    engine.feed(b"\nnext\n")
    assert [len(line) for line in engine.tail()] == [8193, 4]
    engine.feed(b"\0" * 8192 + b"\n")
    assert len(engine.tail(1)[0]) == 8193


def test_a_flood_is_counted_and_its_last_lines_are_kept(log: ApplicationLog) -> None:
    now = [0.0]
    engine = EngineLog(log, now=lambda: now[0])
    lines = [b"line %07d" % number for number in range(200_000)]
    data = b"\n".join(lines) + b"\n"
    for start in range(0, len(data), 65536):
        engine.feed(data[start : start + 65536])
    assert engine.tail(3) == ("line 0199997", "line 0199998", "line 0199999")
    assert len(engine.tail()) == 200
    size = log.path.stat().st_size
    assert size < 2 << 20
    now[0] = 1.5
    engine.feed(b"after\n")
    *_, summary, after = texts(log)
    assert after == "after"
    dropped = int(re.fullmatch(r"… (\d+) lines dropped", summary)[1])  # type: ignore[index]
    assert dropped + len(texts(log)) - 2 == 200_000


def test_the_count_of_dropped_lines_is_not_lost_at_the_end(log: ApplicationLog) -> None:
    engine = EngineLog(log, now=lambda: 0.0)
    engine.feed(b"x" * 99 + b"\n")
    engine.feed((b"x" * 99 + b"\n") * 20_000)
    engine.close()
    assert texts(log)[-1].endswith("lines dropped")


@pytest.mark.slow
def test_a_flood_of_a_gibibyte_is_swallowed_at_200_mb_a_second(log: ApplicationLog) -> None:
    engine = EngineLog(log)
    chunk = b"".join(
        b"llama_log: a line of about eighty characters, number %09d\n" % n for n in range(2000)
    )[:65536]
    rounds = (256 << 20) // len(chunk)
    start = time.process_time()
    for _ in range(rounds):
        engine.feed(chunk)
    speed = rounds * len(chunk) / (time.process_time() - start) / 1e6
    assert speed > 200, f"{speed:.0f} MB/s"


def collect(path: Path, stop: threading.Event, lines: int) -> "Queue[str]":
    found: Queue[str] = Queue()

    def read() -> None:
        for line in follow(path, stop, lines=lines, interval=0.01):
            found.put(line.split(": ", 1)[1])

    threading.Thread(target=read, daemon=True).start()
    return found


def test_follow_waits_for_the_file_and_survives_rotation_and_removal(tmp_path: Path) -> None:
    log = ApplicationLog(tmp_path, largest=4000, files=4)
    stop = threading.Event()
    found = collect(log.path, stop, lines=10)
    for number in range(500):
        log.write("INFO", "x", [f"{number}"])
        if number % 10 == 9:
            got = [found.get(timeout=5) for _ in range(10)]
            assert got == [str(n) for n in range(number - 9, number + 1)]
    for path in tmp_path.iterdir():
        path.unlink()
    log.write("INFO", "x", ["new"])
    assert found.get(timeout=5) == "new"
    stop.set()
    log.close()


def test_follow_starts_with_the_last_lines(log: ApplicationLog) -> None:
    log.write("INFO", "x", map(str, range(20)))
    stop = threading.Event()
    found = collect(log.path, stop, lines=3)
    assert [found.get(timeout=5) for _ in range(3)] == ["17", "18", "19"]
    log.write("INFO", "x", ["20"])
    assert found.get(timeout=5) == "20"
    stop.set()
    assert last_lines(log.path, 0) == ()
    assert last_lines(log.path.with_name("none"), 5) == ()
