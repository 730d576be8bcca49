"""A port on 127.0.0.1 nobody listens on."""

import errno
import socket
import sys

from tray.infrastructure.llama.failures.refusal import refusal
from tray.models.failure import FailureCause

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port the system just gave out and took back; the engine binds it next."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def check_port_free(port: int) -> None:
    """Raise PaddockError, naming the holder where the system tells, if it is taken."""
    try:
        with socket.socket() as probe:
            if sys.platform == "win32":
                # Otherwise two servers can share one port there without an error.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                # A connection that just ended does not make the port taken.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        holder = port_holder(port)
        raise refusal(
            FailureCause.PORT_TAKEN,
            f"Port {port} is taken",
            f"{holder or 'Another program'} listens on port {port}. End it, choose another port, "
            "or remove the setting server.port for a free one.",
        ) from error


def port_holder(port: int) -> str | None:
    """Name and pid of the listener; ``None`` where only an administrator may know."""
    import psutil

    try:
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.laddr and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except (psutil.Error, OSError):
        return None
    return None
