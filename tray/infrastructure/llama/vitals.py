"""What can be seen of a running engine from outside."""

from http import HTTPStatus

import psutil
from pydantic import TypeAdapter, ValidationError

from tray.infrastructure.llama.client.short_http import ask
from tray.infrastructure.llama.client.wire import Slot
from tray.models.launch import LaunchSpec, Vitals

# The engine answers between two steps of its work; a long step is no answer.
SLOTS_SECONDS = 0.5
SUSPENDED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
SLOTS: TypeAdapter[tuple[Slot, ...]] = TypeAdapter(tuple[Slot, ...])


def vitals_of(
    spec: LaunchSpec, pid: int | None, log_lines: tuple[str, ...], *, ask_slots: bool
) -> Vitals:
    """Process state, CPU time and reads, and if asked for, the counters of its slots."""
    seen = Vitals() if pid is None else _process(pid)
    slots = _slots(spec) if ask_slots and not seen.suspended else None
    return seen.model_copy(update={"slots": slots, "log_lines": log_lines})


def _process(pid: int) -> Vitals:
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        reads = process.io_counters().read_bytes if hasattr(process, "io_counters") else None
        return Vitals(
            suspended=process.status() in SUSPENDED,
            cpu_seconds=float(times.user + times.system),
            read_bytes=reads,
        )
    except psutil.Error:
        return Vitals()


def _slots(spec: LaunchSpec) -> tuple[tuple[int, ...], ...] | None:
    status, body = ask(spec.port, "/slots", spec.api_key, SLOTS_SECONDS)
    if status != HTTPStatus.OK:
        return None
    try:
        slots = SLOTS.validate_json(body)
    except ValidationError:
        return None
    return tuple(slot.counters for slot in slots)
