"""The doctor's words on tray and popover."""

from tray.infrastructure.desktop.tray_host import TrayHost
from tray.models.doctor import Check, CheckStatus
from tray.models.hotkey import HotkeyState

_SEEN = {
    TrayHost.BUILT_IN: "Part of this system.",
    TrayHost.STATUS_NOTIFIER: "A panel shows StatusNotifier icons.",
    TrayHost.XEMBED: "A panel shows XEmbed icons.",
}
_WEBVIEW_FIX = {
    "win32": "Install the WebView2 runtime from Microsoft. Until then the chat opens in your "
    "browser.",
    "darwin": "Install Paddock again. Until then the chat opens in your browser.",
}
_WEBVIEW_FIX_LINUX = (
    "Install python3-gi, gir1.2-gtk-3.0 and gir1.2-webkit2-4.1 (names on Debian and Ubuntu). "
    "Until then the chat opens in your browser."
)


def check_tray(host: TrayHost) -> Check:
    """Whether the icon would be visible."""
    name = "Tray"
    if host is TrayHost.NO_DISPLAY:
        return Check(
            name=name,
            status=CheckStatus.WARNING,
            finding="There is no display here.",
            fix="Start Paddock from a desktop session, or use paddock run --headless.",
        )
    if host is TrayHost.NONE:
        return Check(
            name=name,
            status=CheckStatus.WARNING,
            finding="No panel on this desktop shows tray icons.",
            fix="On GNOME install the extension AppIndicator and KStatusNotifierItem Support; "
            "elsewhere add a tray to your panel. Until then the chat opens as a window.",
        )
    return Check(name=name, status=CheckStatus.OK, finding=_SEEN[host])


def check_webview(problem: str | None, system: str) -> Check:
    """Whether the popover has a window; ``system`` is a value of ``sys.platform``."""
    name = "Popover"
    if problem is None:
        return Check(name=name, status=CheckStatus.OK, finding="The web view is installed.")
    return Check(
        name=name,
        status=CheckStatus.WARNING,
        finding=f"No window for the chat: {problem}.",
        fix=_WEBVIEW_FIX.get(system, _WEBVIEW_FIX_LINUX),
    )


def check_hotkey(state: HotkeyState, *, running: bool) -> Check:
    """Whether the chosen keys open the chat; ``running`` says that Paddock itself told."""
    name = "Hotkey"
    if state.problem is not None:
        finding, fix = f"{state.problem.title}.", state.problem.detail
        return Check(name=name, status=CheckStatus.WARNING, finding=finding, fix=fix)
    shown = "" if state.shown is None else f" (the desktop shows it as {state.shown})"
    does = "opens the chat" if running else "will open the chat when Paddock runs"
    return Check(name=name, status=CheckStatus.OK, finding=f"{state.keys} {does}{shown}.")
