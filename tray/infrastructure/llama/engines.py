"""Implements the Engines port: prepare, spawn under supervision, wait, explain."""

import logging
import threading
from collections.abc import Callable

from tray.infrastructure.llama.failures.facts import with_facts
from tray.infrastructure.llama.failures.memory_kills import memory_kills
from tray.infrastructure.llama.gpu_use import cpu_fallback
from tray.infrastructure.llama.load_progress import LoadProgress
from tray.infrastructure.llama.readiness import wait_until_ready
from tray.infrastructure.llama.supervision.engine_output import OutputSink
from tray.infrastructure.llama.supervision.records import LaunchRecords
from tray.infrastructure.llama.supervision.supervised import SupervisedProcess
from tray.infrastructure.llama.vitals import vitals_of
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import ExitStatus, LaunchSpec, ReadyInfo, Vitals

# All the output keeps: the line that tells may come long before the end.
LOG_LINES = 200
SHOWN_LINES = 20
KILLED = 9

log = logging.getLogger(__name__)

Prepare = Callable[[LlamaCppConfig], LaunchSpec]
Explain = Callable[[ExitStatus, tuple[str, ...], LaunchSpec], tuple[ServerFailure, bool]]


class LlamaEngines:
    """The engines of this machine.

    ``prepare`` resolves a configuration; ``explain`` turns an exit and the last
    log lines into a failure and whether a new start could help; ``new_output``
    makes the log of one run; ``records`` remembers launches across a crash;
    ``count_memory_kills`` is ``memory_kills``.
    """

    def __init__(
        self,
        prepare: Prepare,
        explain: Explain,
        new_output: Callable[[LaunchSpec], OutputSink],
        records: LaunchRecords | None = None,
        count_memory_kills: Callable[[], int | None] = memory_kills,
    ) -> None:
        self.prepare = prepare
        self._explain = explain
        self._new_output = new_output
        self._records = records
        self._count_memory_kills = count_memory_kills

    def spawn(
        self,
        spec: LaunchSpec,
        on_started: Callable[[int], None],
        on_paused: Callable[[bool], None],
        on_exit: Callable[[ServerFailure, bool], None],
    ) -> "RunningEngine":
        output = self._new_output(spec)
        kills = self._count_memory_kills()
        launch = self._records.begin(spec) if self._records else None

        def started(pid: int) -> None:
            if launch:
                launch.started(pid)
            on_started(pid)

        def ended(status: ExitStatus) -> None:
            if launch:
                launch.ended(unguarded=status.guard_lost)
            output.close()
            status = self._with_memory_kills(status, kills)
            on_exit(*self._reason(status, output.tail(LOG_LINES), spec))

        def failed(error: PaddockError) -> None:
            if launch:
                launch.ended(unguarded=False)
            output.close()
            on_exit(error.failure, False)

        program = launch.program if launch else spec
        try:
            process = SupervisedProcess(program, output, started, on_paused, ended, failed)
        except PaddockError:
            if launch:
                launch.ended(unguarded=False)
            raise
        return RunningEngine(process, spec, output)

    def _with_memory_kills(self, status: ExitStatus, before: int | None) -> ExitStatus:
        """For a kill: whether the system's count went up since ``before``."""
        now = self._count_memory_kills() if status.signal == KILLED else None
        if now is None or before is None:
            return status
        return status.model_copy(update={"for_memory": now > before})

    def _reason(
        self, status: ExitStatus, lines: tuple[str, ...], spec: LaunchSpec
    ) -> tuple[ServerFailure, bool]:
        """An exit must be reported even when explaining it goes wrong."""
        try:
            failure, retryable = self._explain(status, lines, spec)
            return with_facts(failure, lines, spec), retryable
        except Exception:
            log.exception("cannot explain %s", status)
            return ServerFailure(
                cause=FailureCause.CRASHED,
                title="The engine ended unexpectedly",
                detail=f"It ended with {status}. The log shows its last words.",
                log_lines=lines[-SHOWN_LINES:],
            ), False


class RunningEngine:
    """A supervised process, how it was launched, and what it prints."""

    def __init__(self, process: SupervisedProcess, spec: LaunchSpec, output: OutputSink) -> None:
        self._process = process
        self._spec = spec
        self._output = output

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait_until_ready(
        self, cancelled: threading.Event, on_stalled: Callable[[bool], None]
    ) -> ReadyInfo | None:
        info = self._ready(cancelled, on_stalled)
        if info is None or not self._spec.gpu_expected:
            return info
        fallback = cpu_fallback(self._output.tail(LOG_LINES))
        if fallback is None:
            return info
        return info.model_copy(update={"device": "CPU", "cpu_fallback": fallback})

    def _ready(
        self, cancelled: threading.Event, on_stalled: Callable[[bool], None]
    ) -> ReadyInfo | None:
        progress = LoadProgress(lambda: self._output.tail(1), on_stalled)
        return wait_until_ready(self._spec, lambda: self.pid, progress, cancelled)

    def vitals(self, *, ask_slots: bool) -> Vitals:
        lines = self._output.tail(SHOWN_LINES)
        return vitals_of(self._spec, self.pid, lines, ask_slots=ask_slots)
