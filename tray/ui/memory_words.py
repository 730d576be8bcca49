"""Pure: freed memory and notices -> words, for menu, notification, page and terminal."""

from tray.models.metrics import FreedMemory
from tray.models.notice import Notice, NoticeKind
from tray.models.state import ModelId
from tray.ui import amounts, present


def freed_line(freed: FreedMemory) -> str:
    """What came back: "4.8 GiB of GPU memory and 612 MiB of RAM are free again"."""
    known = [gpu.vram for gpu in freed.gpus if gpu.vram is not None]
    parts = [f"{amounts.size(sum(known))} of GPU memory"] if sum(known) else []
    parts += [f"{amounts.size(freed.ram)} of RAM"] if freed.ram else []
    if not parts:
        return "The model is unloaded"
    return " and ".join(parts) + (" are free again" if len(parts) > 1 else " is free again")


def notice_words(notice: Notice) -> tuple[str, str]:
    """Title and text of a notification."""
    name = _beginning(notice.model)
    match notice.kind:
        case NoticeKind.ENGINE_FAILED if notice.failure is not None:
            return notice.failure.title, notice.failure.detail
        case NoticeKind.UNLOADED_FOR_OTHERS:
            came_back = freed_line(notice.freed or FreedMemory())
            return (
                "Made room for another program",
                f"{name} was unloaded. {came_back}. The next message loads it again.",
            )
        case NoticeKind.ROOM_AGAIN:
            return (
                "There is room again",
                f"{name} fits on the GPU again. Start it, or send a message.",
            )
        case NoticeKind.DOWNLOAD_DONE:
            return "The download is done", f"{name} is here and verified. You can start it now."
        case NoticeKind.DOWNLOAD_FAILED if notice.failure is not None:
            return notice.failure.title, notice.failure.detail
    return "The engine failed", "`paddock logs` says more."


def _beginning(model: ModelId | None) -> str:
    """A model where a sentence begins."""
    if model is None:
        return "The model"
    return model.name if model.path is not None else f"The {present.model_name(model)}"
