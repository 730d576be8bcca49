"""Waits until our own engine answers with our key; watches the load meanwhile.

READY means: the pid we started listens on the port, it refuses a request
without the key (401) and grants one with it (200). ``/health`` alone proves
nothing, since anybody may answer it.
"""

import threading
import time
from collections.abc import Callable

import psutil
from pydantic import ValidationError

from tray.infrastructure.llama.client.short_http import ask
from tray.infrastructure.llama.client.wire import Props
from tray.infrastructure.llama.load_progress import LoadProgress
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import LaunchSpec, ReadyInfo

FIRST_INTERVAL = 0.005
LAST_INTERVAL = 0.1
# An engine that loads says so at once.
HEALTH_SECONDS = 2.0
UNAUTHORIZED = 401


def wait_until_ready(
    spec: LaunchSpec,
    pid_of: Callable[[], int | None],
    progress: LoadProgress,
    cancelled: threading.Event,
) -> ReadyInfo | None:
    """Poll until ready; ``None`` once cancelled.

    Asks every 5 ms at first, then less and less often, down to every 100 ms.
    Raises PaddockError (PORT_TAKEN) when the port answers as somebody else.
    """
    interval = FIRST_INTERVAL
    while not cancelled.wait(interval):
        pid = pid_of()
        if pid is not None:
            progress.look(pid, time.monotonic())
            if _answers(spec) and (info := _identify(spec, pid)) is not None:
                return info
            interval = min(interval * 1.1, LAST_INTERVAL)
    return None


def _answers(spec: LaunchSpec) -> bool:
    return ask(spec.port, "/health", seconds=HEALTH_SECONDS)[0] == 200


def _identify(spec: LaunchSpec, pid: int) -> ReadyInfo | None:
    """What the engine says of itself; ``None`` while it is not sure to be ours."""
    without_key, _ = ask(spec.port, "/props")
    with_key, body = ask(spec.port, "/props", spec.api_key)
    if without_key is None or with_key is None:
        return None
    if without_key != UNAUTHORIZED or with_key != 200 or not _listens(pid, spec.port):
        raise PaddockError(_impostor(spec.port))
    try:
        return _told(Props.model_validate_json(body))
    except ValidationError:
        return ReadyInfo()


def _told(props: Props) -> ReadyInfo:
    settings = props.default_generation_settings
    return ReadyInfo(
        context_size=settings.n_ctx,
        sampling=settings.params.typed(),
        sees_images=props.modalities.vision,
    )


def _listens(pid: int, port: int) -> bool:
    """Whether this process, or a child of it, holds the listening socket."""
    try:
        process = psutil.Process(pid)
        # Looking for children reads every process of the machine: only if it must be.
        return _holds(process, port) or any(
            _holds(child, port) for child in process.children(recursive=True)
        )
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        # Some systems hide the sockets even of one's own processes; the key has
        # been checked already.
        return True


def _holds(process: psutil.Process, port: int) -> bool:
    return any(
        socket.status == psutil.CONN_LISTEN and socket.laddr.port == port
        for socket in process.net_connections(kind="tcp")
    )


def _impostor(port: int) -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.PORT_TAKEN,
        title=f"Port {port} is used by another program",
        detail="Something that is not Paddock's engine answers there. Close that program, "
        "or choose another port in the settings.",
    )
