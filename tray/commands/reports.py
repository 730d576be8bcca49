"""``paddock metrics``."""

from tray.commands.output import DONE, say
from tray.commands.running import ask_running
from tray.ui.present import metrics_lines


def metrics(as_json: bool) -> int:
    """CPU, RAM, GPUs; with a running engine, its own use too."""
    state = ask_running(lambda client: client.state())
    measured = None if state is None else state.metrics
    if measured is None:
        from tray.composition.one_shot import metrics_now

        measured = metrics_now()
    say(measured.model_dump_json() if as_json else "\n".join(metrics_lines(measured)))
    return DONE
