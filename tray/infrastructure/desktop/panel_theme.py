"""Is the panel the icon stands on dark or light? The desktop's own settings say."""

import importlib
import os
import sys
from typing import Any

_PATIENCE_MS = 500
_PREFERS_DARK, _PREFERS_LIGHT = 1, 2


def panel_is_dark() -> bool:
    """A guess that errs rarely; two short questions to the session bus on Linux. Never raises."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return False
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "").upper()
    if "GNOME" in desktop:
        # Its top bar is black whatever the applications are.
        return True
    answers = (_xfce_panel, _xfce_theme) if "XFCE" in desktop else (_portal, _gtk_theme)
    return next((dark for answer in answers if (dark := answer()) is not None), False)


def _xfce_panel() -> bool | None:
    """Xfce's panel can be dark above light applications."""
    return True if _xfconf("xfce4-panel", "/panels/dark-mode") is True else None


def _xfce_theme() -> bool | None:
    return _is_dark_name(_xfconf("xsettings", "/Net/ThemeName"))


def _portal() -> bool | None:
    """What KDE, Cinnamon and others answer for every application."""
    found = _ask(
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
        "Read",
        ("org.freedesktop.appearance", "color-scheme"),
    )
    return {_PREFERS_DARK: True, _PREFERS_LIGHT: False}.get(found)


def _gtk_theme() -> bool | None:
    return _is_dark_name(os.environ.get("GTK_THEME"))


def _is_dark_name(theme: object) -> bool | None:
    return "dark" in theme.casefold() if isinstance(theme, str) and theme else None


def _xfconf(channel: str, name: str) -> Any:
    return _ask(
        "org.xfce.Xfconf", "/org/xfce/Xfconf", "org.xfce.Xfconf", "GetProperty", (channel, name)
    )


def _ask(service: str, path: str, interface: str, method: str, strings: tuple[str, str]) -> Any:
    """The first value of the answer; ``None`` when nobody answers."""
    try:
        gio = importlib.import_module("gi.repository.Gio")
        glib = importlib.import_module("gi.repository.GLib")
    except ImportError:
        return None
    try:
        answer = gio.bus_get_sync(gio.BusType.SESSION, None).call_sync(
            service,
            path,
            interface,
            method,
            glib.Variant("(ss)", strings),
            None,
            gio.DBusCallFlags.NONE,
            _PATIENCE_MS,
            None,
        )
    except glib.Error:
        return None
    return answer.unpack()[0]


def _windows() -> bool:
    if sys.platform == "win32":
        import winreg

        key = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                return bool(winreg.QueryValueEx(opened, "SystemUsesLightTheme")[0] == 0)
        except OSError:
            return True
    return False
