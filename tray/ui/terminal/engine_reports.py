"""Pure: what ``paddock engines`` prints."""

from tray.models.engine_shelf import EngineEntry, EngineShelf
from tray.ui.amounts import size
from tray.ui.engine_words import note_of, proposal_line, state_of, title, used_line

HEADINGS = ("name", "computes with", "size", "state", "")
STATES = {"available": "", "unfit": "does not fit", "installed": "installed", "used": "in use"}


def shelf_text(shelf: EngineShelf) -> str:
    """The proposal and what is used, then a table of builds."""
    lines = [proposal_line(shelf), used_line(shelf)]
    if shelf.back is not None:
        lines.append(f"`paddock engines back` returns to {shelf.back}.")
    if not shelf.entries:
        return "\n".join(lines)
    rows = [HEADINGS, *(_row(entry, shelf) for entry in shelf.entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    table = (
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join((*lines, "", *table))


def _row(entry: EngineEntry, shelf: EngineShelf) -> tuple[str, ...]:
    proposed = entry.name == shelf.proposed and entry.installed is None
    return (
        entry.name,
        title(entry),
        "–" if entry.size is None else size(entry.size),
        "proposed" if proposed else STATES[state_of(entry, shelf)],
        note_of(entry),
    )
