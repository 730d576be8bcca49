"""Every transition of the server, as one pure function.

``step(state, message, now)`` returns the next state and the effects the actor
has to carry out, in order. A pair of phase and message that is not written
here changes nothing. ``now`` is monotonic, in seconds.
"""

from collections.abc import Callable
from dataclasses import replace

from tray.models.config import LlamaCppConfig
from tray.models.state import ServerPhase as Phase
from tray.services.llama import lifecycle_answers as answering
from tray.services.llama import messages as m
from tray.services.llama.crash_policy import NO_CRASHES
from tray.services.llama.lifecycle_state import ALIVE, Lifecycle, Outcome, without_process

STOP_GRACE = 1.0

STARTABLE = frozenset({Phase.STOPPED, Phase.FAILED, Phase.BACKOFF})
START_SETTLED = frozenset({Phase.READY, Phase.FAILED, Phase.STOPPED, Phase.CLOSED})
STOP_SETTLED = frozenset({Phase.STOPPED, Phase.FAILED, Phase.CLOSED})


def step(state: Lifecycle, message: m.Message, now: float) -> Outcome:
    """Apply one message."""
    if isinstance(message, m.MetricsSampled):
        return replace(state, metrics=message.metrics), ()
    if isinstance(message, m.RunFact) and message.run != state.run:
        return state, ()
    handler = _HANDLERS[type(message)]
    after, effects = handler(replace(state, now=now), message)
    after, reply = _settle(after)
    return after, (*effects, *reply)


def _settle(state: Lifecycle) -> Outcome:
    """Answer everyone whose wish has come to an end, one way or another."""
    done: tuple[int, ...] = ()
    if state.phase in START_SETTLED:
        done += state.starting
        state = replace(state, starting=())
    if state.phase in STOP_SETTLED:
        done += state.stopping
        state = replace(state, stopping=())
    return state, (m.Reply(done),) if done else ()


def _start(state: Lifecycle, message: m.Start) -> Outcome:
    state = replace(state, starting=(*state.starting, message.ticket))
    if state.closing or state.phase is Phase.CLOSED:
        return state, ()
    if state.phase in STARTABLE:
        return _begin(replace(state, crashes=NO_CRASHES), message.config)
    if state.phase is Phase.STOPPING:
        return replace(state, next_start=message.config), ()
    hung = state.phase is Phase.READY and (state.stalled or state.paused)
    if message.config == state.config and not hung:
        return state, ()
    return _wind_down(replace(state, next_start=message.config))


def _begin(state: Lifecycle, config: LlamaCppConfig) -> Outcome:
    run = state.run + 1
    after = replace(
        without_process(state),
        phase=Phase.STARTING,
        run=run,
        config=config,
        spec=None,
        failure=None,
        stop_failure=None,
        next_start=None,
        retry_delay=None,
    )
    return after, (m.Prepare(run, config),)


def _stop(state: Lifecycle, message: m.Stop) -> Outcome:
    if message.unless_answering and state.chats:
        return state, (m.Reply((message.ticket,)),)
    state = replace(state, stopping=(*state.stopping, message.ticket), next_start=None)
    if state.phase is Phase.BACKOFF:
        return replace(state, phase=Phase.STOPPED, failure=None, retry_delay=None), ()
    return _wind_down(state) if state.phase in ALIVE else (state, ())


def _close(state: Lifecycle, message: m.Close) -> Outcome:
    state = replace(
        state, stopping=(*state.stopping, message.ticket), next_start=None, closing=True
    )
    if state.phase in STARTABLE:
        return replace(state, phase=Phase.CLOSED, retry_delay=None), ()
    return _wind_down(state) if state.phase in ALIVE else (state, ())


def _wind_down(state: Lifecycle) -> Outcome:
    """Leave STARTING or READY on purpose."""
    run = state.run
    if not state.has_process:
        return _after_exit(state, (m.CancelProbe(run),))
    after = replace(
        state, phase=Phase.STOPPING, stalled=False, stall=None, paused=False, ready=None
    )
    return after, (
        m.CancelProbe(run),
        m.UnwatchChats(),
        m.CloseStreams(),
        m.Terminate(run),
        m.ArmTimer(STOP_GRACE, m.StopTimedOut(run)),
    )


def _after_exit(state: Lifecycle, effects: tuple[m.Effect, ...]) -> Outcome:
    """The process is gone and was meant to go."""
    state = without_process(state)
    if state.closing:
        return replace(state, phase=Phase.CLOSED), effects
    if state.next_start is not None:
        # Whoever asked for the stop has had it, although a start follows.
        reply = (m.Reply(state.stopping),) if state.stopping else ()
        after, begin = _begin(replace(state, stopping=(), crashes=NO_CRASHES), state.next_start)
        return after, (*effects, *reply, *begin)
    if state.stop_failure is not None:
        return replace(state, phase=Phase.FAILED, failure=state.stop_failure), effects
    return replace(state, phase=Phase.STOPPED), effects


def _prepared(state: Lifecycle, message: m.Prepared) -> Outcome:
    if state.phase is not Phase.STARTING or state.has_process:
        return state, ()
    after = replace(state, spec=message.spec, has_process=True)
    return after, (m.Spawn(state.run, message.spec), m.ProbeReady(state.run))


def _prepare_failed(state: Lifecycle, message: m.PrepareFailed) -> Outcome:
    if state.phase is not Phase.STARTING or state.has_process:
        return state, ()
    return replace(state, phase=Phase.FAILED, failure=message.failure), ()


def _spawn_failed(state: Lifecycle, message: m.SpawnFailed) -> Outcome:
    if not state.has_process:
        return state, ()
    cancel = (m.CancelProbe(state.run),)
    if state.phase is Phase.STOPPING:
        return _after_exit(state, cancel)
    return replace(state, phase=Phase.FAILED, has_process=False, failure=message.failure), cancel


def _launched(state: Lifecycle, message: m.Launched) -> Outcome:
    if not state.has_process:
        return state, ()
    return replace(state, pid=message.pid), (m.WatchEngine(message.pid),)


def _became_ready(state: Lifecycle, message: m.BecameReady) -> Outcome:
    if state.phase is not Phase.STARTING or not state.has_process:
        return state, ()
    return replace(
        state, phase=Phase.READY, ready=message.info, ready_since=state.now, stalled=False
    ), ()


def _probe_failed(state: Lifecycle, message: m.ProbeFailed) -> Outcome:
    if state.phase is not Phase.STARTING:
        return state, ()
    return _wind_down(replace(state, stop_failure=message.failure))


def _exited(state: Lifecycle, message: m.Exited) -> Outcome:
    if not state.has_process:
        return state, ()
    gone: tuple[m.Effect, ...] = (
        m.CancelProbe(state.run),
        m.WatchEngine(None),
        m.UnwatchChats(),
        m.CloseStreams(None if state.phase is Phase.STOPPING else message.failure),
    )
    if state.phase is Phase.STOPPING:
        return _after_exit(state, gone)
    crashes = state.crashes.after_crash(state.now, state.ready_since)
    after = replace(without_process(state), crashes=crashes)
    if not message.retryable:
        return replace(after, phase=Phase.FAILED, failure=message.failure), gone
    if crashes.exhausted:
        failure = crashes.gave_up(message.failure)
        return replace(after, phase=Phase.FAILED, failure=failure), gone
    delay = crashes.delay
    after = replace(
        after,
        phase=Phase.BACKOFF,
        failure=message.failure,
        retry_delay=delay,
        retry_at=state.now + delay,
    )
    return after, (*gone, m.ArmTimer(delay, m.Due(state.run)), *_next_tick(after))


def _next_tick(state: Lifecycle) -> tuple[m.Effect, ...]:
    """Another second of the countdown, unless it is the last one."""
    last = state.retry_delay is None or state.retry_delay <= 1
    return () if last else (m.ArmTimer(1.0, m.Tick(state.run)),)


def _tick(state: Lifecycle, _message: m.Tick) -> Outcome:
    if state.phase is not Phase.BACKOFF:
        return state, ()
    # Whole seconds: timers are late by a few milliseconds.
    after = replace(state, retry_delay=max(1.0, float(round(state.retry_at - state.now))))
    return after, _next_tick(after)


def _stop_timed_out(state: Lifecycle, _message: m.StopTimedOut) -> Outcome:
    return state, (m.KillTree(state.run),) if state.phase is Phase.STOPPING else ()


def _due(state: Lifecycle, _message: m.Due) -> Outcome:
    if state.phase is not Phase.BACKOFF or state.config is None:
        return state, ()
    return _begin(state, state.config)


# One row a message; each handler decides by phase.
_HANDLERS: dict[type, Callable[..., Outcome]] = {
    m.Start: _start,
    m.Stop: _stop,
    m.Close: _close,
    m.Prepared: _prepared,
    m.PrepareFailed: _prepare_failed,
    m.SpawnFailed: _spawn_failed,
    m.Launched: _launched,
    m.BecameReady: _became_ready,
    m.ProbeFailed: _probe_failed,
    m.NoProgress: answering.no_progress,
    m.Progress: answering.progress,
    m.Paused: answering.paused,
    m.Continued: answering.continued,
    m.Exited: _exited,
    m.StopTimedOut: _stop_timed_out,
    m.Due: _due,
    m.Tick: _tick,
    m.ChatStarted: answering.chat_started,
    m.ChatEnded: answering.chat_ended,
}
