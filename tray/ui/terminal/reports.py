"""Pure: what the reporting commands print."""

from tray.models.base import Frozen
from tray.models.config import EngineKind
from tray.models.doctor import CheckStatus, Diagnosis
from tray.models.failure import ServerFailure
from tray.models.state import CpuFallback, ModelState, ServerPhase
from tray.ui.actions import Intent, actions_of
from tray.ui.present import failure_text, launch_name, metrics_lines, notice, state_line


class StatusReport(Frozen):
    """What ``paddock status --json`` prints. ``pid`` and ``port`` are the engine's.

    ``stalled`` says that a starting or ready engine makes no progress.
    ``cpu_fallback`` says why the CPU works although the GPU was wanted. ``launch``
    is the executable's exact command line, or the bundled engine's effective
    settings.
    """

    phase: ServerPhase = ServerPhase.STOPPED
    stalled: bool = False
    engine: EngineKind | None = None
    model: str | None = None
    device: str | None = None
    cpu_fallback: CpuFallback | None = None
    port: int | None = None
    pid: int | None = None
    failure: ServerFailure | None = None
    launch: str | None = None


def status_report(state: ModelState) -> StatusReport:
    """The part of a snapshot that scripts need; "demo" is the demo model's name."""
    model, engine = state.model, state.engine
    name = None if model is None else "demo" if model.path is None else model.name
    return StatusReport(
        phase=state.phase,
        stalled=state.stalled,
        engine=engine.kind if engine else None,
        model=name,
        device=engine.device if engine else None,
        cpu_fallback=engine.cpu_fallback if engine else None,
        port=state.port,
        pid=state.pid,
        failure=state.failure,
        launch=state.launch,
    )


def status_text(state: ModelState) -> str:
    """The state line, a hint if there is one, the failure, measurements, the launch."""
    lines = [state_line(state)]
    if (said := notice(state)) is not None:
        lines.append(said)
    if state.failure is not None:
        lines += ["", failure_text(state.failure), *_choices(state)]
    if state.metrics is not None:
        lines += ["", *metrics_lines(state.metrics)]
    if state.pid is not None and state.launch is not None:
        lines += ["", f"{launch_name(state)}: {state.launch}"]
    return "\n".join(lines)


def _choices(state: ModelState) -> tuple[str, ...]:
    """What the user is asked while the engine waits or stands still, as commands."""
    if state.phase is not ServerPhase.BACKOFF and not state.stalled:
        return ()
    commands = {Intent.START: "paddock start", Intent.STOP: "paddock stop"}
    return tuple(
        f"{action.label}: {commands[action.intent]}"
        for action in actions_of(state)
        if action.intent in commands
    )


_MARKS = {CheckStatus.OK: "ok", CheckStatus.WARNING: "warning", CheckStatus.PROBLEM: "PROBLEM"}


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """One check a line, with its fix below it; the verdict last."""
    width = max(map(len, _MARKS.values()))
    lines = []
    for check in diagnosis.checks:
        lines.append(f"{_MARKS[check.status]:{width}}  {check.name}: {check.finding}")
        lines += [f"{'':{width}}  {check.fix}"] if check.fix else []
    problems = sum(check.status is CheckStatus.PROBLEM for check in diagnosis.checks)
    verdict = {0: "Nothing stands in the way.", 1: "1 problem."}.get(problems)
    return "\n".join((*lines, verdict or f"{problems} problems."))
