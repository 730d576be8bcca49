"""The resident's side of the child that gets engines."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.engines.failures import ended, not_looked_at
from tray.infrastructure.engines.getter_protocol import GetterRequest, Told
from tray.infrastructure.own_child import end_child
from tray.models.engine_build import EngineBuild, InstalledEngine, MachineFacts
from tray.models.engine_shelf import EngineWork
from tray.models.failure import PaddockError

if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _FLAGS = 0
FACTS_SECONDS = 15.0
LEAVE_SECONDS = 5.0


class EngineGetter:
    """Starts ``command`` for each piece of work; at most one engine is got at a time.

    ``folder`` is where engines are kept. Any thread may call.
    """

    def __init__(
        self,
        command: tuple[str, ...],
        folder: Path,
        config_home: Path,
        facts_seconds: float = FACTS_SECONDS,
    ) -> None:
        self._command = command
        self._folder = folder
        self._config_home = config_home
        self._facts_seconds = facts_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def facts(self) -> MachineFacts:
        """What this machine has. Raises PaddockError when a driver keeps it from being told."""
        child = self._start(None)
        answer: Future[Told] = Future()

        def listen() -> None:
            try:
                answer.set_result(self._last(child, lambda _: None))
            except PaddockError as error:
                answer.set_exception(error)

        # On a thread: a child that hangs in a driver may not even be killed.
        threading.Thread(target=listen, name="machine-facts", daemon=True).start()
        try:
            told = answer.result(self._facts_seconds)
        except FutureTimeoutError:
            end_child(child)
            raise not_looked_at() from None
        if told.facts is None:
            raise not_looked_at()
        return told.facts

    def get(self, build: EngineBuild, tell: Callable[[EngineWork], None]) -> InstalledEngine:
        """Download, unpack and check. Raises PaddockError; returns when all is done."""
        child = self._start(build)
        with self._lock:
            self._child = child
        try:
            told = self._last(child, tell)
        finally:
            with self._lock:
                self._child = None
        if told.failure is not None:
            raise PaddockError(told.failure)
        if told.installed is None:
            raise ended("It was canceled, or its process was ended")
        return told.installed

    def cancel(self) -> None:
        """End the work under way, if any; what has arrived is kept."""
        with self._lock:
            if self._child is not None and self._child.stdin is not None:
                with contextlib.suppress(OSError):
                    self._child.stdin.close()

    def _start(self, build: EngineBuild | None) -> "subprocess.Popen[bytes]":
        request = GetterRequest(folder=self._folder, config_home=self._config_home, build=build)
        try:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C is for the command that asked, which then ends the child in order.
                start_new_session=sys.platform != "win32",
                creationflags=_FLAGS,
            )
        except OSError as error:
            raise ended(error.strerror or str(error)) from error
        assert child.stdin is not None
        with contextlib.suppress(OSError):
            child.stdin.write(request.model_dump_json().encode() + b"\n")
            child.stdin.flush()
        return child

    def _last(self, child: "subprocess.Popen[bytes]", tell: Callable[[EngineWork], None]) -> Told:
        """Pass on progress until the child ends; its last line."""
        assert child.stdin is not None
        assert child.stdout is not None
        told = Told()
        try:
            for line in child.stdout:
                told = Told.model_validate_json(line)
                if told.work is not None:
                    tell(told.work)
        except ValidationError as error:
            raise ended("Its process answered nonsense") from error
        finally:
            with contextlib.suppress(OSError):
                child.stdin.close()
            child.stdout.close()
            try:
                child.wait(LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                end_child(child)
        return told
