"""What keeps a process that sits all day small; each figure is of a resident with its icon."""

import sys


def thrifty() -> None:
    """Call before pydantic, Pillow and the first thread. Never raises."""
    no_plugins()
    _no_fonts()
    _one_arena()


def no_plugins() -> None:
    """pydantic looks for plugins in all that is installed, and has none: 1.5 MB for the look."""
    name = "pydantic.plugin._loader"
    if name not in sys.modules:
        loader = type(sys)(name)
        loader.__dict__["get_plugins"] = tuple
        sys.modules[name] = loader


def _no_fonts() -> None:
    """Pillow's drawing loads its font engine, and the pictures have no text: 1.2 MB."""
    if "PIL" not in sys.modules:
        # What Pillow finds on a system without that library, too.
        sys.modules["PIL._imagingft"] = None  # type: ignore[assignment]


def _one_arena() -> None:
    """glibc keeps a heap a thread, where Python has one thread at a time: 1 MB."""
    if sys.platform == "linux":
        import ctypes

        most_arenas = -8
        try:
            ctypes.CDLL(None).mallopt(most_arenas, 1)
        except (OSError, AttributeError):
            # Another C library, with other ways.
            return
