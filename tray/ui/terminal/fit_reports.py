"""Pure: what ``paddock models fit`` and ``paddock models presets`` print."""

from collections.abc import Iterable, Sequence

from tray.models.fit import ShownFit
from tray.models.preset import ModelPresets, Preset
from tray.ui.terminal.controls import harmless_line

_HEADINGS = ("", "weights", "KV cache", "compute", "together", "free")


def fit_text(shown: ShownFit) -> str:
    """The verdict, one device a line, and whose figures these are."""
    lines = [f"{shown.verdict}: {shown.line}"]
    if shown.rows:
        rows = [_HEADINGS] + [
            (row.name, row.weights, row.cache, row.compute, row.needed, row.free)
            for row in shown.rows
        ]
        lines += ["", *_columns(rows), "", f"Margin: {shown.margin}. {shown.source}"]
    return "\n".join(lines)


def presets_text(kept: ModelPresets) -> str:
    """One preset a line with what it decides; the chosen one has a star."""
    rows = [
        ("*" if preset.name == kept.chosen else " ", preset.name, ", ".join(_words(preset)))
        for preset in kept.presets
    ]
    return "\n".join(map(harmless_line, _columns(rows)))


def decided(preset: Preset) -> dict[str, object]:
    """The values a preset decides, by name, as JSON has them."""
    chosen: dict[str, object] = preset.model_dump(
        mode="json", exclude_defaults=True, exclude={"name", "chat"}
    )
    return chosen | preset.chat.model_dump(mode="json", exclude_defaults=True)


def _words(preset: Preset) -> Iterable[str]:
    chosen = decided(preset)
    if "extra_arguments" in chosen:
        chosen["extra_arguments"] = " ".join(preset.extra_arguments or ())
    if "system_prompt" in chosen:
        chosen["system_prompt"] = "…"
    found = [f"{name} {value}" for name, value in chosen.items()]
    return found or ["as the settings have it"]


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
