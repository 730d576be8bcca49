"""What the server is doing, in one word."""

from enum import StrEnum


class ServerPhase(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    BACKOFF = "backoff"
    FAILED = "failed"
    CLOSED = "closed"
