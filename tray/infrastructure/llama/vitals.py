"""What can be seen of a running engine from outside."""

from http import HTTPStatus

import psutil
from pydantic import TypeAdapter, ValidationError

from tray.infrastructure.llama.short_http import ask
from tray.infrastructure.llama.wire import Slot
from tray.models.launch import LaunchSpec, Vitals

# The engine answers between two steps of its work; a long step is no answer.
SLOTS_SECONDS = 0.5
SUSPENDED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
SLOTS: TypeAdapter[tuple[Slot, ...]] = TypeAdapter(tuple[Slot, ...])


def vitals_of(
    spec: LaunchSpec, pid: int | None, log_lines: tuple[str, ...], *, ask_slots: bool
) -> Vitals:
    """Process state and CPU time, and if asked for, the counters of its slots."""
    suspended, cpu_seconds = (False, None) if pid is None else _process(pid)
    slots = _slots(spec) if ask_slots and not suspended else None
    return Vitals(suspended=suspended, cpu_seconds=cpu_seconds, slots=slots, log_lines=log_lines)


def _process(pid: int) -> tuple[bool, float | None]:
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        return process.status() in SUSPENDED, float(times.user + times.system)
    except psutil.Error:
        return False, None


def _slots(spec: LaunchSpec) -> tuple[tuple[int, ...], ...] | None:
    status, body = ask(spec.port, "/slots", spec.api_key, SLOTS_SECONDS)
    if status != HTTPStatus.OK:
        return None
    try:
        slots = SLOTS.validate_json(body)
    except ValidationError:
        return None
    return tuple(slot.counters for slot in slots)
