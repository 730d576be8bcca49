"""Pure: what ``paddock models`` prints."""

from collections.abc import Mapping
from pathlib import Path

from tray.models.catalog import DescribedModel, ModelCatalog
from tray.models.fit_mark import Fit
from tray.models.page_downloads import ShownChoice
from tray.ui.amounts import joined, size
from tray.ui.fit_words import IN_A_LIST
from tray.ui.model_words import CUT, parameters, unsearched_words
from tray.ui.path_words import shown_path
from tray.ui.terminal.controls import harmless_line
from tray.ui.when_words import when

UNKNOWN = "–"
HEADINGS = (
    "name",
    "parameters",
    "quant",
    "context",
    "size",
    "fits",
    "license",
    "last used",
    "also",
)
LONGEST_LICENCE = 24


def catalog_text(catalog: ModelCatalog, fits: Mapping[Path, Fit], now: float, home: Path) -> str:
    """A table of models, the demo model first; then what looks like a model and is none.

    ``now`` in seconds since 1970; paths below ``home`` begin with ``~``.
    """
    rows: list[tuple[str, ...]] = [HEADINGS, ("demo", "", "", "", "built in", "", "", "", "")]
    rows += [_row(model, fits.get(model.path, Fit.UNKNOWN), now) for model in catalog.models]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    if not catalog.models:
        lines += [
            "No GGUF files were found in:",
            *(f"  {shown_path(one, home)}" for one in catalog.folders),
            "`paddock models download` lists some to get.",
        ]
    if catalog.unsearched:
        lines += ["", *(unsearched_words(one, home) for one in catalog.unsearched)]
    if catalog.cut:
        lines += ["", CUT]
    wrong = [(model.path, model.facts.problem) for model in catalog.models if model.facts.problem]
    wrong += [(broken.path, broken.reason) for broken in catalog.broken]
    if wrong:
        lines += ["", "Something is wrong with:"]
        lines += [f"  {shown_path(path, home)}: {why}" for path, why in wrong]
    return "\n".join(map(harmless_line, lines))


def model_text(model: DescribedModel, now: float) -> str:
    """One fact a line."""
    facts = model.facts
    rows = [
        ("name", model.name),
        ("title", facts.title or UNKNOWN),
        ("file", str(model.path)),
        ("files", str(model.parts)),
        ("size", size(model.size)),
        ("architecture", facts.architecture or UNKNOWN),
        ("parameters", parameters(facts.parameters)),
        ("quantization", facts.quantization or UNKNOWN),
        ("context", _tokens(facts.context)),
        ("license", facts.licence or UNKNOWN),
        ("chat template", {True: "yes", False: "no", None: UNKNOWN}[facts.chat_template]),
        ("vision projector", str(model.projector or "none beside it")),
        ("last used", _last_used(model, now)),
    ]
    if facts.problem is not None:
        rows.append(("problem", facts.problem))
    width = max(len(label) for label, _ in rows)
    return "\n".join(harmless_line(f"{label:{width}}  {value}") for label, value in rows)


def choices_text(choices: tuple[ShownChoice, ...]) -> str:
    """Models to download, one a line; what is proposed has a star."""
    rows = [
        (
            "*" if choice.proposed else " ",
            choice.what,
            choice.line,
            choice.note if choice.room else joined((choice.note, "not enough room on the disk")),
        )
        for choice in choices
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _last_used(model: DescribedModel, now: float) -> str:
    return "never" if model.last_used is None else when(model.last_used, now)


def _row(model: DescribedModel, fits: Fit, now: float) -> tuple[str, ...]:
    facts = model.facts
    licence = facts.licence or UNKNOWN
    if len(licence) > LONGEST_LICENCE:
        licence = licence[: LONGEST_LICENCE - 1] + "…"
    also = [
        "chat template" if facts.chat_template else "",
        "vision" if model.projector else "",
        f"{model.parts} files" if model.parts > 1 else "",
    ]
    return (
        model.name,
        parameters(facts.parameters),
        facts.quantization or UNKNOWN,
        _tokens(facts.context),
        size(model.size),
        IN_A_LIST[fits],
        licence,
        _last_used(model, now),
        ", ".join(filter(None, also)),
    )


def _tokens(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"
