"""An engine under the guard (Linux, macOS); see docs/supervision.md."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

from tray.infrastructure.llama.supervision.engine_output import OutputSink
from tray.infrastructure.llama.supervision.program import Program
from tray.infrastructure.llama.supervision.spawn_errors import spawn_failure
from tray.infrastructure.own_child import not_started
from tray.models.failure import PaddockError
from tray.models.launch import ExitStatus

GUARD = Path(__file__).with_name("guard.py")
READ_SIZE = 1 << 16
DRAIN_TIMEOUT = 0.5

OnStarted = Callable[[int], None]
OnPaused = Callable[[bool], None]
OnExit = Callable[[ExitStatus], None]
OnFailed = Callable[[PaddockError], None]


class GuardedProcess:
    """One engine and its guard. One thread reads both of the guard's pipes."""

    def __init__(
        self,
        spec: Program,
        output: OutputSink,
        on_started: OnStarted,
        on_paused: OnPaused,
        on_exit: OnExit,
        on_failed: OnFailed,
    ) -> None:
        """Start the guard, which starts the engine.

        ``on_paused`` is told True when a signal stops the engine's process and
        False when one continues it. Exactly one of ``on_exit`` and ``on_failed``
        is called, once, when nothing of the engine is left. Raises PaddockError
        when not even the guard can be started.
        """
        self._spec = spec
        self._output = output
        self._on_started = on_started
        self._on_paused = on_paused
        self._on_exit = on_exit
        self._on_failed = on_failed
        self._engine: psutil.Process | None = None
        self._report = b""
        self._ending: tuple[str, int] | None = None
        self._guard = self._start_guard()
        self._control = self._guard.stdin
        self._lock = threading.Lock()
        threading.Thread(target=self._read, name="engine-output", daemon=True).start()

    @property
    def pid(self) -> int | None:
        return None if self._engine is None else self._engine.pid

    def terminate(self) -> None:
        """SIGTERM to the engine's group."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._control is not None:
                self._control.write(b"term\n")

    def kill(self) -> None:
        """Close the control pipe: the guard kills the whole tree at once."""
        with self._lock, contextlib.suppress(OSError):
            if self._control is not None:
                self._control.close()
                if sys.platform != "win32":
                    # A guard that somebody stopped could not see it.
                    self._guard.send_signal(signal.SIGCONT)

    def _start_guard(self) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                (sys.executable, "-I", "-S", str(GUARD), *self._spec.argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=self._spec.working_directory,
                env=dict(self._spec.environment),
                start_new_session=True,
            )
        except OSError as error:
            # The engine has not been tried yet: what is missing is our own Python.
            raise not_started(error) from error

    def _read(self) -> None:
        """Read until the guard has reported the end, then settle the outcome."""
        report, output = self._guard.stdout, self._guard.stderr
        assert report is not None
        assert output is not None
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ, self._output.feed)
            selector.register(report, selectors.EVENT_READ, self._take_report)
            while report in (key.fileobj for key in selector.get_map().values()):
                _read_ready(selector, None)
            while selector.get_map() and _read_ready(selector, DRAIN_TIMEOUT):
                pass
        self.kill()
        self._guard.wait()
        report.close()
        output.close()
        self._settle()

    def _take_report(self, data: bytes) -> None:
        *lines, self._report = (self._report + data).split(b"\n")
        for line in lines:
            word, _, number = line.decode().partition(" ")
            if word == "started":
                # A process that is gone already has nothing left to measure.
                with contextlib.suppress(psutil.NoSuchProcess):
                    self._engine = psutil.Process(int(number))
                    self._on_started(int(number))
            elif word in ("paused", "resumed"):
                self._on_paused(word == "paused")
            else:
                self._ending = (word, int(number))

    def _settle(self) -> None:
        """Turn the guard's last line into the outcome."""
        match self._ending:
            case ("failed", number):
                error = OSError(number, os.strerror(number))
                self._on_failed(spawn_failure(self._spec.argv[0], error))
            case ("signal", number):
                self._on_exit(ExitStatus(signal=number))
            case ("exit", number):
                self._on_exit(ExitStatus(code=number))
            case _:
                self._end_unguarded()
                self._on_exit(ExitStatus(guard_lost=True))

    def _end_unguarded(self) -> None:
        """The guard was killed. Linux has ended the engine too; make sure of it.

        psutil compares the start time before it signals, so a pid that was
        given to somebody else is left alone.
        """
        if self._engine is None:
            return
        with contextlib.suppress(psutil.Error):
            children = self._engine.children(recursive=True)
            for process in (self._engine, *children):
                with contextlib.suppress(psutil.Error):
                    process.kill()
            self._engine.wait(DRAIN_TIMEOUT)


def _read_ready(selector: selectors.BaseSelector, timeout: float | None) -> bool:
    """Read what is there; forget a pipe at its end. False when nothing came."""
    ready = selector.select(timeout)
    for key, _ in ready:
        data = os.read(key.fd, READ_SIZE)
        if data:
            key.data(data)
        else:
            selector.unregister(key.fileobj)
    return bool(ready)
