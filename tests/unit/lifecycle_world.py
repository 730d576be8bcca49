"""A small world around ``step``: processes live and die as the effects say."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import LaunchSpec, ReadyInfo
from tray.models.metrics import ServerMetrics
from tray.models.state import EngineInfo, ModelId, ServerPhase
from tray.services.llama import messages as m
from tray.services.llama.lifecycle import step
from tray.services.llama.lifecycle_state import Lifecycle

FAILURE = ServerFailure(cause=FailureCause.CRASHED, title="It ended", detail="Start it again.")
QUIET = {ServerPhase.STOPPED, ServerPhase.FAILED, ServerPhase.BACKOFF, ServerPhase.CLOSED}
CONFIGS = tuple(LlamaCppConfig(threads=n) for n in (1, 2, 3))


def spec_for(name: str = "demo") -> LaunchSpec:
    return LaunchSpec(
        argv=("/bin/engine",),
        environment={},
        working_directory=Path("/"),
        port=41234,
        api_key="k" * 32,
        alias=name,
        engine=EngineInfo(kind=EngineKind.BUNDLED, device="CPU"),
        model=ModelId(name=name),
        display="engine",
    )


SPEC = spec_for()
READY = ReadyInfo(context_size=1024)
METRICS = ServerMetrics(cpu_percent=12.5)


@dataclass
class World:
    """Applies messages, carries effects out, and checks what must always hold."""

    state: Lifecycle = field(default_factory=Lifecycle)
    now: float = 0.0
    alive: set[int] = field(default_factory=set)
    preparing: set[int] = field(default_factory=set)
    timers: list[tuple[float, m.StopTimedOut | m.Due | m.Tick]] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    answered: list[int] = field(default_factory=list)
    killed: set[int] = field(default_factory=set)
    spawn_fails: bool = False

    def send(self, message: m.Message) -> tuple[m.Effect, ...]:
        if isinstance(message, m.Start | m.Stop | m.Close):
            self.asked.add(message.ticket)
        if isinstance(message, m.Exited):
            self.alive.discard(message.run)
        self.state, effects = step(self.state, message, self.now)
        for effect in effects:
            self.carry_out(effect)
        self.check()
        return effects

    def carry_out(self, effect: m.Effect) -> None:
        match effect:
            case m.Prepare(run):
                self.preparing.add(run)
            case m.Spawn(run) if self.spawn_fails:
                self.send(m.SpawnFailed(run, FAILURE))
            case m.Spawn(run):
                self.alive.add(run)
            case m.ArmTimer(seconds, message):
                self.timers.append((self.now + seconds, message))
            case m.KillTree(run):
                self.killed.add(run)
            case m.Reply(tickets):
                self.answered.extend(tickets)

    def check(self) -> None:
        assert len(self.alive) <= 1, f"two live processes: {self.alive}"
        if self.state.phase in QUIET:
            assert not self.alive, f"alive in {self.state.phase}"
        assert len(self.answered) == len(set(self.answered)), "a ticket was answered twice"

    def finish(self) -> None:
        """Close, and let everything that lives end."""
        self.send(m.Close(10_000))
        for run in tuple(self.alive):
            self.send(m.Exited(run, FAILURE, retryable=True))


def random_message(world: World, source: random.Random, ticket: int) -> m.Message:
    """Something that can happen in this world now, or a late fact of an old run."""
    if source.random() < 0.02:
        return m.Close(ticket)
    if world.alive and source.random() < 0.2:
        return m.Exited(next(iter(world.alive)), FAILURE, source.random() < 0.7)
    return source.choice(POSSIBLE)(world.state.run - source.choice((0, 0, 0, 1, 2)), ticket, source)


POSSIBLE: tuple[Callable[[int, int, random.Random], m.Message], ...] = (
    lambda _, ticket, source: m.Start(source.choice(CONFIGS), ticket),
    lambda _, ticket, __: m.Stop(ticket),
    lambda _, ticket, __: m.Stop(ticket, unless_answering=True),
    lambda run, *_: m.BecameReady(run, READY),
    lambda run, *_: m.Launched(run, 4711),
    lambda run, *_: m.ProbeFailed(run, FAILURE),
    lambda run, *_: m.NoProgress(run),
    lambda run, *_: m.Progress(run),
    lambda run, *_: m.Paused(run),
    lambda run, *_: m.Continued(run),
    lambda run, *_: m.Tick(run),
    lambda run, ticket, _: m.ChatStarted(run, ticket),
    lambda run, ticket, _: m.ChatEnded(run, ticket - 1, 50.0),
    lambda *_: m.MetricsSampled(METRICS),
    lambda run, *_: m.Prepared(run, SPEC),
    lambda run, *_: m.PrepareFailed(run, FAILURE),
    lambda run, *_: m.StopTimedOut(run),
    lambda run, *_: m.Due(run),
    # An exit of a run that ended long ago.
    lambda run, *_: m.Exited(run - 3, FAILURE, retryable=True),
)
