"""Every row of the actor's table, every pair that is not in it, and random orders."""

import random

import pytest

from tests.unit.lifecycle_world import CONFIGS, FAILURE, World, random_message, spec_for
from tray.models.failure import FailureCause
from tray.models.launch import ReadyInfo
from tray.models.state import ServerPhase as Phase
from tray.services.llama import messages as m
from tray.services.llama.lifecycle import STOP_GRACE
from tray.services.llama.snapshot import snapshot_of

READY = ReadyInfo(context_size=1024)
ORDERS = 20_000
LENGTH = 25


def crash(world: World, retryable: bool = True) -> None:
    world.send(m.Exited(world.state.run, FAILURE, retryable))


def starting() -> World:
    world = World()
    world.send(m.Start(CONFIGS[0], 1))
    return world


def loading() -> World:
    world = starting()
    world.send(m.Prepared(1, spec_for()))
    world.send(m.Launched(1, 4711))
    return world


def ready() -> World:
    world = loading()
    world.send(m.BecameReady(1, READY))
    return world


def stopping() -> World:
    world = ready()
    world.send(m.Stop(2))
    return world


def backoff() -> World:
    world = ready()
    crash(world)
    return world


def failed() -> World:
    world = ready()
    crash(world, retryable=False)
    return world


def closed() -> World:
    world = World()
    world.send(m.Close(1))
    return world


IN_PHASE = {
    Phase.STOPPED: World,
    Phase.STARTING: loading,
    Phase.READY: ready,
    Phase.STOPPING: stopping,
    Phase.BACKOFF: backoff,
    Phase.FAILED: failed,
    Phase.CLOSED: closed,
}

# What the table of docs/architecture.md lists; all other pairs are no-ops.
LISTED = {
    m.Start: set(Phase) - {Phase.CLOSED},
    m.Stop: {Phase.STARTING, Phase.READY, Phase.STOPPING, Phase.BACKOFF},
    m.Close: set(Phase) - {Phase.CLOSED},
    m.Prepared: set(),
    m.PrepareFailed: set(),
    m.SpawnFailed: {Phase.STARTING, Phase.READY, Phase.STOPPING},
    m.Launched: {Phase.STARTING, Phase.READY, Phase.STOPPING},
    m.BecameReady: {Phase.STARTING},
    m.ProbeFailed: {Phase.STARTING},
    m.NoProgress: {Phase.STARTING, Phase.READY},
    m.Progress: {Phase.STARTING, Phase.READY},
    m.Paused: {Phase.STARTING, Phase.READY},
    m.Continued: {Phase.STARTING, Phase.READY},
    m.Exited: {Phase.STARTING, Phase.READY, Phase.STOPPING},
    m.StopTimedOut: {Phase.STOPPING},
    m.Due: {Phase.BACKOFF},
    m.Tick: {Phase.BACKOFF},
    m.ChatStarted: {Phase.READY},
    m.ChatEnded: {Phase.READY},
}


def example(kind: type, run: int) -> m.Message:
    examples: tuple[m.Message, ...] = (
        m.Start(CONFIGS[1], 7),
        m.Stop(7),
        m.Close(7),
        m.Prepared(run, spec_for("other")),
        m.PrepareFailed(run, FAILURE),
        m.SpawnFailed(run, FAILURE),
        m.Launched(run, 99),
        m.BecameReady(run, ReadyInfo(context_size=77)),
        m.ProbeFailed(run, FAILURE),
        m.NoProgress(run),
        m.Progress(run),
        m.Paused(run),
        m.Continued(run),
        m.Exited(run, FAILURE, retryable=True),
        m.StopTimedOut(run),
        m.Due(run),
        m.Tick(run),
        m.ChatStarted(run, 7),
        m.ChatEnded(run, 7, None),
    )
    return next(e for e in examples if type(e) is kind)


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("phase", list(Phase))
def test_a_pair_that_is_not_listed_changes_nothing(phase: Phase, kind: type) -> None:
    if phase in LISTED[kind]:
        return
    world = IN_PHASE[phase]()
    before = world.state
    effects = world.send(example(kind, before.run))
    assert world.state.phase is phase
    assert [e for e in effects if not isinstance(e, m.Reply)] == []
    assert world.state.pid == before.pid
    assert world.state.failure == before.failure


@pytest.mark.parametrize("phase", list(Phase))
def test_the_examples_are_in_the_phase_they_claim(phase: Phase) -> None:
    assert IN_PHASE[phase]().state.phase is phase


@pytest.mark.parametrize("phase", [Phase.STOPPED, Phase.FAILED, Phase.BACKOFF])
def test_start_begins_a_new_run(phase: Phase) -> None:
    world = IN_PHASE[phase]()
    run = world.state.run
    effects = world.send(m.Start(CONFIGS[1], 7))
    assert world.state.phase is Phase.STARTING
    assert effects == (m.Prepare(run + 1, CONFIGS[1]),)
    assert world.state.failure is None


def test_a_prepared_launch_is_spawned_and_probed() -> None:
    world = starting()
    assert world.send(m.Prepared(1, spec_for())) == (
        m.Spawn(1, spec_for()),
        m.ProbeReady(1),
    )


def test_a_failed_preparation_fails_the_start() -> None:
    world = starting()
    world.send(m.PrepareFailed(1, FAILURE))
    assert (world.state.phase, world.state.failure) == (Phase.FAILED, FAILURE)
    assert world.answered == [1]


def test_a_failed_spawn_fails_the_start() -> None:
    world = starting()
    world.spawn_fails = True
    world.send(m.Prepared(1, spec_for()))
    assert (world.state.phase, world.state.failure) == (Phase.FAILED, FAILURE)


def test_ready_answers_the_start_and_knows_the_context_size() -> None:
    world = ready()
    assert world.answered == [1]
    assert world.state.ready == READY


def test_a_stop_while_preparing_needs_no_process() -> None:
    world = starting()
    world.send(m.Stop(2))
    assert world.state.phase is Phase.STOPPED
    world.send(m.Prepared(1, spec_for()))
    assert world.state.phase is Phase.STOPPED
    assert world.alive == set()


def test_stop_closes_streams_then_asks_then_arms_the_kill() -> None:
    world = ready()
    effects = world.send(m.Stop(2))
    assert effects == (
        m.CancelProbe(1),
        m.UnwatchChats(),
        m.CloseStreams(),
        m.Terminate(1),
        m.ArmTimer(STOP_GRACE, m.StopTimedOut(1)),
    )
    world.send(m.StopTimedOut(1))
    assert world.killed == {1}
    crash(world)
    assert (world.state.phase, world.answered) == (Phase.STOPPED, [1, 2])


def test_a_start_while_stopping_is_remembered() -> None:
    world = stopping()
    world.send(m.Start(CONFIGS[2], 3))
    assert world.state.phase is Phase.STOPPING
    crash(world)
    assert (world.state.phase, world.state.config) == (Phase.STARTING, CONFIGS[2])
    assert 2 in world.answered


def test_a_later_stop_forgets_the_remembered_start() -> None:
    world = stopping()
    world.send(m.Start(CONFIGS[2], 3))
    world.send(m.Stop(4))
    crash(world)
    assert world.state.phase is Phase.STOPPED
    assert set(world.answered) == {1, 2, 3, 4}


def test_another_configuration_replaces_the_running_one() -> None:
    world = ready()
    world.send(m.Start(CONFIGS[1], 2))
    assert world.state.phase is Phase.STOPPING
    crash(world)
    assert (world.state.phase, world.state.config) == (Phase.STARTING, CONFIGS[1])


def test_the_same_configuration_is_left_running() -> None:
    world = ready()
    world.send(m.Start(CONFIGS[0], 2))
    assert (world.state.phase, world.state.run) == (Phase.READY, 1)
    assert world.answered == [1, 2]


def test_a_crash_is_retried_after_growing_delays_then_given_up() -> None:
    world = ready()
    delays = []
    while world.state.phase is not Phase.FAILED:
        crash(world)
        if world.state.phase is Phase.BACKOFF:
            delays.append(world.state.retry_delay)
            world.now += world.state.retry_delay or 0
            run = world.state.run
            world.send(m.Due(run))
            world.send(m.Prepared(run + 1, spec_for()))
            world.send(m.BecameReady(run + 1, READY))
    assert delays == [1.0, 2.0, 4.0]
    assert world.state.failure is not None
    assert "4 times within a minute" in world.state.failure.detail


def test_a_load_that_ends_in_a_crash_is_given_up_however_long_it_takes() -> None:
    world = ready()
    world.now += 10
    crash(world)
    for _ in range(4):
        assert world.state.phase is Phase.BACKOFF
        run = world.state.run
        world.send(m.Due(run))
        world.send(m.Prepared(run + 1, spec_for()))
        world.now += 45
        crash(world)
    assert world.state.phase is Phase.FAILED
    assert world.state.failure is not None
    assert "4 times before it was ready" in world.state.failure.detail


def test_five_healthy_minutes_forget_the_crashes() -> None:
    world = backoff()
    world.send(m.Due(1))
    world.send(m.Prepared(2, spec_for()))
    world.send(m.BecameReady(2, READY))
    world.now += 301
    crash(world)
    assert world.state.retry_delay == 1.0


def test_slow_crashes_are_retried_every_sixteen_seconds_for_ever() -> None:
    world = ready()
    for _ in range(12):
        world.now += 30
        crash(world)
        assert world.state.phase is Phase.BACKOFF
        run = world.state.run
        world.send(m.Due(run))
        world.send(m.Prepared(run + 1, spec_for()))
        world.send(m.BecameReady(run + 1, READY))
    crash(world)
    assert world.state.retry_delay == 16.0


def test_a_model_that_cannot_load_is_not_retried() -> None:
    world = loading()
    crash(world, retryable=False)
    assert (world.state.phase, world.state.failure) == (Phase.FAILED, FAILURE)


def test_stop_ends_a_backoff() -> None:
    world = backoff()
    world.send(m.Stop(2))
    assert world.state.phase is Phase.STOPPED
    world.send(m.Due(1))
    assert world.state.phase is Phase.STOPPED


def test_an_impostor_on_the_port_stops_our_engine_and_fails() -> None:
    world = loading()
    world.send(m.ProbeFailed(1, FAILURE))
    assert world.state.phase is Phase.STOPPING
    crash(world)
    assert (world.state.phase, world.state.failure) == (Phase.FAILED, FAILURE)


def test_close_while_running_ends_closed_and_refuses_a_start() -> None:
    world = ready()
    world.send(m.Close(2))
    world.send(m.Start(CONFIGS[1], 3))
    crash(world)
    assert world.state.phase is Phase.CLOSED
    assert set(world.answered) == {1, 2, 3}


def test_stalled_is_a_mark_not_a_phase() -> None:
    world = loading()
    world.send(m.NoProgress(1))
    assert (world.state.phase, world.state.stalled) == (Phase.STARTING, True)
    world.send(m.Progress(1))
    assert not world.state.stalled


def test_a_backoff_counts_down_every_second_and_starts_on_time() -> None:
    world = ready()
    crash(world)
    for _ in range(2):
        run = world.state.run
        world.send(m.Due(run))
        world.send(m.Prepared(run + 1, spec_for()))
        crash(world)
    assert snapshot_of(world.state, 1).retry_delay == 4.0
    shown, run = [], world.state.run
    while any(isinstance(message, m.Tick) for _, message in world.timers):
        world.timers = [t for t in world.timers if not isinstance(t[1], m.Tick)]
        world.now += 1.003
        world.send(m.Tick(run))
        shown.append(world.state.retry_delay)
    assert shown == [3.0, 2.0, 1.0]
    world.send(m.Due(run))
    assert (world.state.phase, world.state.retry_delay) == (Phase.STARTING, None)
    world.send(m.Tick(run))
    assert world.state.retry_delay is None


def test_chats_are_watched_from_the_first_to_the_last() -> None:
    world = ready()
    assert world.send(m.ChatStarted(1, 5)) == (m.WatchChats(1),)
    assert world.send(m.ChatStarted(1, 6)) == ()
    world.send(m.NoProgress(1, FAILURE))
    assert snapshot_of(world.state, 1).failure == FAILURE
    assert world.send(m.ChatEnded(1, 5, None)) == ()
    assert world.state.stalled
    assert world.send(m.ChatEnded(1, 6, None)) == (m.UnwatchChats(),)
    assert (snapshot_of(world.state, 1).stalled, world.state.stall) == (False, None)
    assert world.send(m.ChatEnded(1, 6, None)) == ()


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.READY])
def test_a_paused_process_is_shown_whatever_else_is_seen(phase: Phase) -> None:
    world = IN_PHASE[phase]()
    world.send(m.Paused(1))
    world.send(m.Progress(1))
    shown = snapshot_of(world.state, 1)
    assert (shown.phase, shown.stalled) == (phase, True)
    assert shown.failure is not None
    assert shown.failure.cause is FailureCause.HUNG
    assert "4711" in shown.failure.detail
    world.send(m.Continued(1))
    shown = snapshot_of(world.state, 1)
    assert (shown.stalled, shown.failure) == (False, None)


@pytest.mark.parametrize("sign", [m.NoProgress(1, FAILURE), m.Paused(1)])
def test_start_restarts_a_hung_engine_and_leaves_a_working_one(sign: m.Message) -> None:
    world = ready()
    assert world.send(m.Start(CONFIGS[0], 2)) == (m.Reply((2,)),)
    world.send(sign)
    world.send(m.Start(CONFIGS[0], 3))
    assert world.state.phase is Phase.STOPPING
    crash(world)
    assert (world.state.phase, world.state.run) == (Phase.STARTING, 2)
    assert not snapshot_of(world.state, 1).stalled


def test_chats_are_counted_and_their_speed_is_kept() -> None:
    world = ready()
    world.send(m.ChatStarted(1, 5))
    assert world.state.chats == {5}
    world.send(m.ChatEnded(1, 5, 54.3))
    assert (world.state.chats, world.state.tokens_per_second) == (frozenset(), 54.3)


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("phase", list(Phase))
def test_a_fact_of_an_older_run_changes_nothing(phase: Phase, kind: type) -> None:
    if not issubclass(kind, m.RunFact):
        return
    world = IN_PHASE[phase]()
    before = world.state
    assert world.send(example(kind, before.run - 1)) == ()
    assert world.state == before


def test_a_stop_that_spares_answers_does_nothing_while_there_is_one() -> None:
    world = ready()
    world.send(m.ChatStarted(1, 9))
    assert world.send(m.Stop(2, unless_answering=True)) == (m.Reply((2,)),)
    world.send(m.ChatEnded(1, 9, None))
    world.send(m.Stop(3, unless_answering=True))
    assert world.state.phase is Phase.STOPPING


def test_random_orders_never_break_the_promise() -> None:
    """Never two live processes, never one in a quiet phase, everyone gets an answer."""
    reached: set[Phase] = set()
    for seed in range(ORDERS):
        source = random.Random(seed)
        world = World(spawn_fails=source.random() < 0.05)
        for ticket in range(1, LENGTH):
            world.now += source.choice((0.0, 0.1, 5.0, 400.0))
            world.send(random_message(world, source, ticket))
            reached.add(world.state.phase)
        world.finish()
        assert world.state.phase is Phase.CLOSED, f"seed {seed}"
        assert set(world.answered) == world.asked, f"seed {seed}"
    assert reached == set(Phase)
