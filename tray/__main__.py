"""Entry of ``python -m tray``, and of the child processes started by path."""

import sys
from pathlib import Path

BUNDLED_ENGINE = "bundled-engine"
POPOVER = "popover"
MODEL_READER = "model-reader"
ENGINE_GETTER = "engine-getter"
ERRAND = "errand"
MODEL_LISTER = "model-lister"


def main() -> int:
    """Host the engine or show the popover before anything heavy is imported; else the CLI."""
    if sys.argv[1:2] == [BUNDLED_ENGINE]:
        from tray.infrastructure.llama.bundled import host

        return host(sys.argv[2:])
    if sys.argv[1:2] == [POPOVER]:
        from tray.ui.popover_window import run

        return run()
    if sys.argv[1:2] == [MODEL_READER]:
        from tray.infrastructure.llama.model_reader import serve

        return serve(sys.stdin.buffer, sys.stdout.buffer)
    if sys.argv[1:2] == [ENGINE_GETTER]:
        from tray.infrastructure.engines.getter_child import serve as get_engine

        return get_engine(sys.stdin.buffer, sys.stdout.buffer)
    if sys.argv[1:2] == [ERRAND]:
        from tray.infrastructure.errand_child import run_errand

        return run_errand(sys.stdin.buffer, sys.stdout.buffer)
    if sys.argv[1:2] == [MODEL_LISTER]:
        from tray.commands.list_models import serve as serve_list

        return serve_list(sys.stdin.buffer, sys.stdout.buffer)
    from tray.cli import main as command_line

    return command_line()


if __name__ == "__main__":
    if not __package__:
        # Started by path: the folder of the package is not on the import path yet.
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(main())
