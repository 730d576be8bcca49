"""Pure: how each system writes a combination of keys."""

from tray.models.hotkey import Hotkey, Modifier

_X11_NAMES = {
    "enter": "Return",
    "tab": "Tab",
    "escape": "Escape",
    "backspace": "BackSpace",
    "delete": "Delete",
    "insert": "Insert",
    "home": "Home",
    "end": "End",
    "page_up": "Page_Up",
    "page_down": "Page_Down",
    "left": "Left",
    "right": "Right",
    "up": "Up",
    "down": "Down",
}
_PORTAL_MODIFIERS = {
    Modifier.CTRL: "CTRL",
    Modifier.ALT: "ALT",
    Modifier.SHIFT: "SHIFT",
    Modifier.SUPER: "LOGO",
}
_PYNPUT_MODIFIERS = {
    Modifier.CTRL: "<ctrl>",
    Modifier.ALT: "<alt>",
    Modifier.SHIFT: "<shift>",
    Modifier.SUPER: "<cmd>",
}
_PYNPUT_NAMES = {"escape": "esc"}


def keysym_name(key: str) -> str:
    """X11's name of a key of ``Hotkey``: "a", "F5", "Page_Up"."""
    is_function_key = len(key) > 1 and key[1:].isdigit()
    return key.upper() if is_function_key else _X11_NAMES.get(key, key)


def portal_trigger(hotkey: Hotkey) -> str:
    """As the XDG shortcuts specification writes it: "CTRL+ALT+space"."""
    modifiers = (_PORTAL_MODIFIERS[modifier] for modifier in hotkey.modifiers)
    return "+".join((*modifiers, keysym_name(hotkey.key)))


def pynput_combination(hotkey: Hotkey) -> str:
    """As pynput writes it: "<ctrl>+<alt>+<space>"."""
    name = _PYNPUT_NAMES.get(hotkey.key, hotkey.key)
    key = name if len(name) == 1 else f"<{name}>"
    return "+".join((*(_PYNPUT_MODIFIERS[modifier] for modifier in hotkey.modifiers), key))
