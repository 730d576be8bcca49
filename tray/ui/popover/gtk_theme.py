"""Light or dark: what the desktop prefers, which GTK 3 does not look at by itself."""

from typing import Any

from gi.repository import Gio, Gtk

_SCHEMA = "org.gnome.desktop.interface"
_KEY = "color-scheme"


def follow_desktop() -> Any:
    """Make GTK, and with it the page, dark while the desktop prefers dark.

    It follows for as long as the returned object is kept.
    """
    source = Gio.SettingsSchemaSource.get_default()
    schema = source.lookup(_SCHEMA, True) if source else None
    if schema is None or not schema.has_key(_KEY):
        return None
    settings = Gio.Settings.new(_SCHEMA)
    settings.connect(f"changed::{_KEY}", _take_over)
    _take_over(settings, _KEY)
    return settings


def _take_over(settings: Any, key: str) -> None:
    # Only an explicit wish: "default" leaves the theme's own choice, such as Adwaita-dark.
    if settings.get_string(key) != "default":
        dark = settings.get_string(key) == "prefer-dark"
        Gtk.Settings.get_default().set_property("gtk-application-prefer-dark-theme", dark)
