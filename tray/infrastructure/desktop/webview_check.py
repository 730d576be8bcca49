"""Can this machine show the popover's window?"""

import importlib
import importlib.util
import sys


def webview_problem() -> str | None:
    """What is missing for pywebview, or ``None``. Imports it: not for the resident."""
    try:
        importlib.import_module("webview")
    except ImportError as error:
        return f"pywebview cannot be imported ({error})"
    if sys.platform == "win32":
        return _without_webview2()
    if sys.platform == "darwin":
        return _missing("WebKit", "pyobjc-framework-WebKit")
    gtk = _without_gtk()
    return gtk and _missing("PySide6.QtWebEngineWidgets", gtk)


def _without_gtk() -> str | None:
    try:
        gi = importlib.import_module("gi")
    except ImportError:
        return "PyGObject (gi) is not installed"
    for name, versions in (("Gtk", ("3.0",)), ("WebKit2", ("4.1", "4.0"))):
        if not any(_has(gi, name, version) for version in versions):
            return f"the library {name} {versions[0]} is not installed"
    return None


def _has(gi: object, name: str, version: str) -> bool:
    try:
        gi.require_version(name, version)  # type: ignore[attr-defined]
    except ValueError:
        return False
    return True


def _missing(module: str, reason: str) -> str | None:
    try:
        found = importlib.util.find_spec(module)
    except ImportError:
        found = None
    return reason if found is None else None


def _without_webview2() -> str | None:
    if sys.platform == "win32":
        import winreg

        # The key Microsoft documents for detecting the WebView2 runtime.
        client = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
        places = (
            (winreg.HKEY_LOCAL_MACHINE, rf"SOFTWARE\WOW6432Node\{client}"),
            (winreg.HKEY_LOCAL_MACHINE, rf"SOFTWARE\{client}"),
            (winreg.HKEY_CURRENT_USER, rf"Software\{client}"),
        )
        for root, path in places:
            try:
                with winreg.OpenKey(root, path) as key:
                    version = str(winreg.QueryValueEx(key, "pv")[0])
            except OSError:
                continue
            if version not in ("", "0.0.0.0"):
                return None
    return "the WebView2 runtime is not installed"
