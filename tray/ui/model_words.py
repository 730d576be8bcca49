"""Pure: models and folders in the words of the Models view."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from tray.models.catalog import (
    BrokenModel,
    CatalogLook,
    DescribedModel,
    ModelCatalog,
    ModelFacts,
)
from tray.models.model_page import ModelRow, ModelsRead, ModelsShown
from tray.services.list_fit import ListFit
from tray.services.model_choice import DEMO
from tray.ui.amounts import SEPARATOR, UNKNOWN, joined, size
from tray.ui.fit_marks import FIT_WORDS
from tray.ui.path_words import shown_path
from tray.ui.when_words import when

PACE = 0.25
"""Seconds between two pieces of news about what has been read."""
DEMO_NAME = "demo model"
_DEMO_LINE = "built in" + SEPARATOR + "tells how to use Paddock"
_DEMO_FACTS = (
    ("Made for", "A first look: it knows Paddock, and little else."),
    ("Size", "Comes with Paddock, and runs on any computer."),
)
_NOTHING = (
    "There is no model here yet but the small one that is built in. "
    "Get one, or add the folder that has yours."
)
CUT = (
    "The folders hold more than is searched, so models may be missing here: "
    "name smaller folders that have them."
)


class Reading(Protocol):
    """A catalog that is there at once, and the rest of it as it is read."""

    def look(self) -> CatalogLook: ...

    def read(self) -> Iterator[DescribedModel]: ...


def shelf(look: CatalogLook, fits: ListFit, today: float, home: Path | None = None) -> ModelsShown:
    """The list: the demo model, the models used last, the others by name, then useless files.

    ``today`` is now in seconds since 1970, here and below; ``fits`` marks each model.
    """
    unread = frozenset(look.unread)
    models = sorted(look.catalog.models, key=lambda model: -(model.last_used or 0))
    rows = [ModelRow(value=DEMO, name=DEMO_NAME, line=_DEMO_LINE, facts=_DEMO_FACTS)]
    rows += [model_row(model, fits, today, known=model.path not in unread) for model in models]
    rows += [broken_row(broken) for broken in look.catalog.broken]
    return ModelsShown(
        rows=tuple(sorted(rows, key=lambda row: row.problem)),
        reading=len(unread),
        summary=summary(len(models), len(unread)),
        note=_note(look.catalog, home),
        home=None if home is None else str(home),
    )


def _note(catalog: ModelCatalog, home: Path | None) -> str | None:
    """What may be missing in the list, and why; or where to begin."""
    notes = [unsearched_words(one, home) for one in catalog.unsearched]
    notes += [CUT] if catalog.cut else []
    return " ".join(notes) or (None if catalog.models else _NOTHING)


def unsearched_words(folder: BrokenModel, home: Path | None) -> str:
    """One sentence: why the models of a folder are not in the list."""
    path = str(folder.path) if home is None else shown_path(folder.path, home)
    return f"The folder {path} is not searched: {folder.reason}."


def pieces(
    reading: Reading,
    fits: ListFit,
    today: float,
    now: Callable[[], float],
    home: Path | None = None,
) -> Iterator[ModelsShown | ModelsRead]:
    """The list at once, then what is read meanwhile, a few times a second by ``now``."""
    look = reading.look()
    yield shelf(look, fits, today, home)
    there, left = len(look.catalog.models), len(look.unread)
    waiting: list[ModelRow] = []
    due = now() + PACE
    for model in reading.read():
        left -= 1
        waiting.append(model_row(model, fits, today))
        if now() >= due or not left:
            yield ModelsRead(rows=tuple(waiting), reading=left, summary=summary(there, left))
            waiting, due = [], now() + PACE


def summary(models: int, reading: int) -> str:
    """ "12 models", "2,000 models, 3 still being read"."""
    count = "1 model" if models == 1 else f"{models:,} models"
    return f"{count}, {reading:,} still being read" if reading else count


def model_row(
    model: DescribedModel, fits: ListFit, today: float, *, known: bool = True
) -> ModelRow:
    """One model on two lines."""
    facts = model.facts
    fit = fits.of(model)
    if facts.problem is not None:
        line, problem = _sentence(facts.problem), not facts.may_pass
    else:
        line, problem = (facts_line(facts, model.size) if known else size(model.size)), False
    return ModelRow(
        value=str(model.path),
        name=model.name,
        line=line,
        facts=_facts(model, today),
        fit=fit,
        fit_words=FIT_WORDS[fit],
        used=None if model.last_used is None else when(model.last_used, today),
        vision=model.projector is not None,
        problem=problem,
    )


def broken_row(broken: BrokenModel) -> ModelRow:
    return ModelRow(
        value=str(broken.path),
        name=broken.path.name,
        line=_sentence(broken.reason),
        problem=True,
    )


def facts_line(facts: ModelFacts, bytes_there: int) -> str:
    """ "4.0 B · Q4_K_M · 2.3 GiB · 32k context"."""
    return joined(
        (
            parameters(facts.parameters) if facts.parameters else None,
            facts.quantization,
            size(bytes_there),
            f"{tokens(facts.context)} context" if facts.context else None,
        )
    )


def parameters(count: int | None) -> str:
    """Weights -> "7.6 B", "494 M", "64"."""
    if count is None:
        return UNKNOWN
    if count >= 999_500_000:
        return f"{count / 1e9:.1f} B"
    if count >= 999_500:
        return f"{count / 1e6:.0f} M"
    return f"{count / 1e6:.2g} M" if count >= 100_000 else f"{count:,}"


def tokens(count: int) -> str:
    """A context length as people say it: 131072 -> "128k", 2000 -> "2,000"."""
    return f"{count // 1024:,}k" if count >= 1024 and count % 1024 == 0 else f"{count:,}"


def _facts(model: DescribedModel, today: float) -> tuple[tuple[str, str], ...]:
    facts = model.facts
    files = "" if model.parts == 1 else f" in {model.parts} files"
    rows = (
        ("Title", facts.title),
        ("Parameters", parameters(facts.parameters) if facts.parameters else None),
        ("Quantization", facts.quantization),
        ("Architecture", facts.architecture),
        ("Context", None if facts.context is None else f"{facts.context:,} tokens"),
        ("Size", size(model.size) + files),
        ("License", facts.licence),
        ("Chat template", _template(facts.chat_template)),
        ("Last used", None if model.last_used is None else when(model.last_used, today)),
        ("Images", f"yes, with {model.projector.name}" if model.projector else "no"),
    )
    return tuple((label, text) for label, text in rows if text is not None)


def _template(there: bool | None) -> str | None:
    return {True: "its own", False: "none: a general one is used", None: None}[there]


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."
