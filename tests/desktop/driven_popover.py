"""The popover's shell with its web view under WebDriver's control; for tests alone.

Started like the shell itself. WEBKIT_INSPECTOR_SERVER says where the driver finds it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from webview.platforms import gtk

from tray.ui.popover_window import run

NAME = "Paddock"


class DrivenWebKit:
    """WebKit as pywebview uses it, but for automation."""

    def __init__(self, webkit: Any) -> None:
        self._webkit = webkit
        self.WebContext = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._webkit, name)

    def new_ephemeral(self) -> Any:
        context = self._webkit.WebContext.new_ephemeral()
        context.set_automation_allowed(True)
        context.connect("automation-started", self._started)
        return context

    def WebView(self, **properties: Any) -> Any:  # noqa: N802 - stands for the class
        return self._webkit.WebView(is_controlled_by_automation=True, **properties)

    def _started(self, _: Any, session: Any) -> None:
        info = self._webkit.ApplicationInfo()
        info.set_name(NAME)
        info.set_version(1, 0, 0)
        session.set_application_info(info)
        session.connect("create-web-view", lambda _: gtk.BrowserView.instances["master"].webview)


vars(gtk)["webkit"] = DrivenWebKit(vars(gtk)["webkit"])
sys.exit(run())
