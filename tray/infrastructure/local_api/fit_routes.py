"""The calls about one's own models, which only the page makes."""

from collections.abc import Mapping

from tray.infrastructure.local_api.answers import json_answer
from tray.infrastructure.local_api.page_ports import ServedFit
from tray.infrastructure.local_api.route import Route, post
from tray.models.fit import FitRequest
from tray.models.preset import PresetRequest, PresetsRequest, SavePresetRequest


def fit_routes(fit: ServedFit) -> Mapping[str, Route]:
    """By path; docs/local-api.md lists them."""
    presets = "/api/page/models/presets"
    return {
        "/api/page/models/fit": post(FitRequest, lambda body: json_answer(fit.fit(body))),
        presets: post(PresetsRequest, lambda body: json_answer(fit.presets(body))),
        f"{presets}/save": post(SavePresetRequest, lambda body: json_answer(fit.save(body))),
        f"{presets}/choose": post(PresetRequest, lambda body: json_answer(fit.choose(body))),
        f"{presets}/duplicate": post(PresetRequest, lambda body: json_answer(fit.duplicate(body))),
        f"{presets}/reset": post(PresetRequest, lambda body: json_answer(fit.reset(body))),
        f"{presets}/delete": post(PresetRequest, lambda body: json_answer(fit.delete(body))),
        f"{presets}/restore": post(PresetsRequest, lambda body: json_answer(fit.restore(body))),
        f"{presets}/export": post(PresetRequest, lambda body: json_answer(fit.command_line(body))),
    }
