"""Carries out the actor's effects through the ports."""

import threading
from collections.abc import Callable

from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import LaunchSpec
from tray.models.metrics import ServerMetrics
from tray.services.llama import messages as m
from tray.services.llama.chat import ChatRegistry
from tray.services.llama.chat_watch import ChatWatch
from tray.services.llama.ports import Clock, EngineProcess, Engines, EngineWatch

Post = Callable[[m.Message], None]


class EffectRunner:
    """Runs on the actor's thread; whatever waits gets a thread of its own."""

    def __init__(
        self,
        engines: Engines,
        clock: Clock,
        watch: EngineWatch,
        chats: ChatRegistry,
        measured: Callable[[], ServerMetrics | None],
    ) -> None:
        self._engines = engines
        self._clock = clock
        self._watch = watch
        self._chats = chats
        self._measured = measured
        self._process: EngineProcess | None = None
        self._probe_cancelled = threading.Event()
        self._chat_watch: ChatWatch | None = None
        self.post: Post = _not_connected

    def perform(self, effect: m.Effect) -> m.Message | None:
        """Do it, or begin it; return the fact that is known at once, if any."""
        match effect:
            case m.Prepare():
                self._in_thread("prepare", self._prepare, effect)
            case m.Spawn(run, spec):
                return self._spawn(run, spec)
            case m.ProbeReady(run) if self._process:
                self._probe_cancelled = threading.Event()
                self._in_thread("probe", self._probe, run, self._process, self._probe_cancelled)
            case m.CancelProbe():
                self._probe_cancelled.set()
            case m.WatchEngine() | m.WatchChats() | m.UnwatchChats():
                self._change_watch(effect)
            case m.CloseStreams(failure):
                self._chats.end_all(failure)
            case m.Terminate() if self._process:
                self._process.terminate()
            case m.KillTree() if self._process:
                self._process.kill()
            case m.ArmTimer(seconds, message):
                self._clock.call_later(seconds, lambda: self.post(message))
        return None

    def _change_watch(self, effect: m.WatchEngine | m.WatchChats | m.UnwatchChats) -> None:
        match effect:
            case m.WatchEngine(pid):
                self._watch.watch(pid)
            case m.WatchChats(run) if self._process:
                self._chat_watch = ChatWatch(
                    run,
                    self._process,
                    self._clock,
                    self._chats.progress,
                    self._measured,
                    self.post,
                )
                self._chat_watch.start()
            case m.UnwatchChats() if self._chat_watch:
                self._chat_watch.stop()

    def _in_thread(self, name: str, work: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, name=f"llama-{name}", daemon=True).start()

    def _prepare(self, effect: m.Prepare) -> None:
        try:
            spec = self._engines.prepare(effect.config)
        except Exception as error:  # noqa: BLE001 - reported as a typed failure
            self.post(m.PrepareFailed(effect.run, _failure_of(error)))
        else:
            self.post(m.Prepared(effect.run, spec))

    def _spawn(self, run: int, spec: LaunchSpec) -> m.Message | None:
        try:
            self._process = self._engines.spawn(
                spec,
                lambda pid: self.post(m.Launched(run, pid)),
                lambda paused: self.post(m.Paused(run) if paused else m.Continued(run)),
                lambda failure, retryable: self.post(m.Exited(run, failure, retryable)),
            )
        except Exception as error:  # noqa: BLE001 - reported as a typed failure
            self._process = None
            return m.SpawnFailed(run, _failure_of(error))
        return None

    def _probe(self, run: int, process: EngineProcess, cancelled: threading.Event) -> None:
        def stalled(is_stalled: bool) -> None:
            self.post(m.NoProgress(run) if is_stalled else m.Progress(run))

        try:
            info = process.wait_until_ready(cancelled, stalled)
        except Exception as error:  # noqa: BLE001 - reported as a typed failure
            self.post(m.ProbeFailed(run, _failure_of(error)))
            return
        if info is not None:
            self.post(m.BecameReady(run, info))


def _failure_of(error: Exception) -> ServerFailure:
    """A worker must always report back, or its run would wait for ever."""
    if isinstance(error, PaddockError):
        return error.failure
    return ServerFailure(
        cause=FailureCause.INTERNAL,
        title="Paddock made a mistake",
        detail=f"{type(error).__name__}: {error}. Please report this with the log.",
    )


def _not_connected(_message: m.Message) -> None:
    raise RuntimeError("the runner's post is not connected to an actor")
