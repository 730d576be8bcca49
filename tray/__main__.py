"""Entry of ``python -m tray``, and of the child processes started by path."""

import sys
from collections.abc import Callable
from pathlib import Path


def main() -> int:
    """Be a child before anything heavy is imported; else the CLI."""
    child = _CHILDREN.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if child is not None:
        return child()
    from tray.cli import main as command_line

    return command_line()


def _host_engine() -> int:
    from tray.infrastructure.llama.bundled.child import host

    return host(sys.argv[2:])


def _show_popover() -> int:
    from tray.ui.popover_window import run

    return run()


def _read_models() -> int:
    from tray.infrastructure.model_files.reader import serve

    return serve(sys.stdin.buffer, sys.stdout.buffer)


def _list_models() -> int:
    import gc
    import os

    # It runs without ``site``; where packages lie is handed on.
    sys.path += [folder for folder in sys.argv[2:] if folder not in sys.path]
    from tray.infrastructure.thrift import no_plugins

    no_plugins()
    # It ends within a second or so; walking thousands of rows would take a tenth of that.
    gc.disable()
    from tray.commands.list_models import serve

    code = serve(sys.stdin.buffer, sys.stdout.buffer)
    # Its list is told; taking thousands of rows apart again would delay its end.
    os._exit(code)


def _get_engine() -> int:
    from tray.infrastructure.engines.getter_child import serve

    return serve(sys.stdin.buffer, sys.stdout.buffer)


def _run_errand() -> int:
    from tray.infrastructure.errand_child import run_errand

    return run_errand(sys.stdin.buffer, sys.stdout.buffer)


_CHILDREN: dict[str, Callable[[], int]] = {
    "bundled-engine": _host_engine,
    "popover": _show_popover,
    "model-reader": _read_models,
    "model-lister": _list_models,
    "engine-getter": _get_engine,
    "errand": _run_errand,
}

if __name__ == "__main__":
    if not __package__:
        # Started by path: the folder of the package is not on the import path yet.
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(main())
