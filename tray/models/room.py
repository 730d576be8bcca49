"""What is free on the devices a model may lie on."""

from tray.models.base import Frozen


class Room(Frozen):
    """One device; bytes free without a model of ours, ``None`` when not known."""

    name: str
    free: int | None
    total: int | None


class Machine(Frozen):
    """Every GPU the engine would use, and the computer's own memory."""

    gpus: tuple[Room, ...]
    ram: Room
