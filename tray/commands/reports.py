"""``paddock models`` and ``paddock metrics``."""

from tray.commands.output import DONE, say
from tray.commands.running import find_running
from tray.ui.present import metrics_lines
from tray.ui.terminal.reports import models_text


def models(as_json: bool) -> int:
    """The demo model and every GGUF found."""
    client = find_running()
    if client is not None:
        found = client.models()
    else:
        from tray.app import models_now

        found = models_now()
    say(found.model_dump_json() if as_json else models_text(found))
    return DONE


def metrics(as_json: bool) -> int:
    """CPU, RAM, GPUs; with a running engine, its own use too."""
    client = find_running()
    measured = None if client is None else client.state().metrics
    if measured is None:
        from tray.app import metrics_now

        measured = metrics_now()
    say(measured.model_dump_json() if as_json else "\n".join(metrics_lines(measured)))
    return DONE
