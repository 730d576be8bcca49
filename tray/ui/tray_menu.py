"""Pure: snapshot and models -> the entries of the icon's menu."""

from dataclasses import replace

from tray.models.catalog import FoundModel
from tray.models.fit_mark import Fit
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.services.rough_fit import FreeMemory, needed, placed, whole_memory
from tray.ui import amounts, present
from tray.ui.actions import Intent, actions_of
from tray.ui.fit_marks import FIT_WORDS
from tray.ui.menu_entry import SEPARATOR, Entry, Verb
from tray.ui.page_state import DEMO, model_value

LONGEST_LABEL = 72
"""Characters; a menu is as wide as its longest entry."""

_VERBS = {Intent.STOP: Verb.STOP, Intent.FREE: Verb.FREE}


def menu_entries(
    state: ModelState,
    models: tuple[FoundModel, ...],
    configured: ModelId,
    came_back: str | None = None,
) -> tuple[Entry, ...]:
    """The whole menu; ``configured`` is the model that runs when none was chosen.

    ``came_back`` says what freeing memory gave, while the model is out of it.
    """
    model = state.model or configured
    return (
        Entry("Open chat", Verb.OPEN_CHAT, default=True),
        SEPARATOR,
        # Without the countdown: it would rebuild a menu that is open for "Retry now".
        _note(present.state_line(state.model_copy(update={"retry_delay": None}))),
        *((_note(came_back),) if came_back else ()),
        *_engine_entries(state, model),
        Entry("Model", submenu=_model_entries(models, model, whole_memory(state.metrics))),
        *_metrics_entries(state),
        SEPARATOR,
        Entry("Copy", submenu=_copy_entries(state)),
        Entry("Show log", Verb.SHOW_LOG),
        Entry("Open settings file", Verb.OPEN_SETTINGS),
        SEPARATOR,
        Entry("Quit", Verb.QUIT),
    )


def shape(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entries without what may change in place: equal shapes need no rebuilding."""
    return tuple(replace(entry, label="") if entry.live else entry for entry in entries)


def _note(label: str, *, live: bool = False) -> Entry:
    return Entry(_short(label), enabled=False, live=live)


def _engine_entries(state: ModelState, model: ModelId) -> tuple[Entry, ...]:
    """What may be done with the engine; waiting needs no entry."""
    entries = tuple(
        Entry(action.label, Verb.START, model_value(model))
        if action.intent is Intent.START
        else Entry(action.label, _VERBS[action.intent])
        for action in actions_of(state)
        if action.intent is not Intent.WAIT
    )
    return entries or (Entry("Start", Verb.START, model_value(model), enabled=False),)


def _model_entries(
    models: tuple[FoundModel, ...], current: ModelId, free: FreeMemory
) -> tuple[Entry, ...]:
    """The demo model, every model found, and the current one wherever it lies."""
    chosen = model_value(current)
    entries = [
        _model_entry("demo model" + amounts.SEPARATOR + "built in", DEMO, chosen),
        *(
            _model_entry(
                _with_size(model, free),
                model_value(ModelId(name=model.name, path=model.path)),
                chosen,
            )
            for model in models
        ),
    ]
    if all(entry.value != chosen for entry in entries):
        entries.append(_model_entry(current.name, chosen, chosen))
    return (
        *entries,
        SEPARATOR,
        Entry("More models…", Verb.OPEN_MODELS),
        Entry("Open model folder", Verb.OPEN_MODEL_FOLDER),
    )


def _model_entry(label: str, value: str, chosen: str) -> Entry:
    return Entry(_short(label), Verb.START, value, chosen=value == chosen)


def _with_size(model: FoundModel, free: FreeMemory) -> str:
    size = amounts.size(model.size)
    need = needed(model.size) if model.needed is None else model.needed
    if placed(need, free) is Fit.NOT:
        size += amounts.SEPARATOR + FIT_WORDS[Fit.NOT]
    name = present.shorten(model.name, LONGEST_LABEL - len(amounts.SEPARATOR) - len(size))
    return name + amounts.SEPARATOR + size


def _metrics_entries(state: ModelState) -> tuple[Entry, ...]:
    if state.metrics is None:
        return ()
    lines = present.metrics_lines(state.metrics)
    if state.pid is not None and present.engine_line(state.metrics) is None:
        # Its line is there from the start: a menu that grows while it is open scrolls.
        lines = (*lines, "Engine" + amounts.SEPARATOR + amounts.UNKNOWN)
    return (SEPARATOR, *(_note(line, live=True) for line in lines))


def _copy_entries(state: ModelState) -> tuple[Entry, ...]:
    running = state.phase is ServerPhase.READY
    launch = present.launch_name(state)
    return (
        Entry("API address", Verb.COPY_ADDRESS, enabled=running),
        Entry("API key", Verb.COPY_KEY, enabled=running),
        Entry("curl example", Verb.COPY_EXAMPLE, enabled=running),
        Entry(launch, Verb.COPY_LAUNCH, value=state.launch, enabled=state.launch is not None),
    )


def _short(label: str) -> str:
    return present.shorten(label, LONGEST_LABEL)
