"""GNOME's session manager as far as it keeps a computer awake; prints what it is asked.

It also prints ``left`` when a program that it kept awake for goes away.
"""

import sys
import threading
from typing import Any

from gi.repository import Gio, GLib

NAME = "org.gnome.SessionManager"
XML = f"""<node><interface name="{NAME}">
  <method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/>
    <arg type="s" direction="in"/><arg type="u" direction="in"/>
    <arg type="u" direction="out"/></method>
  <method name="Uninhibit"><arg type="u" direction="in"/></method>
</interface></node>"""
SUSPEND = 4


def say(*words: object) -> None:
    print(*words, flush=True)


def answer(
    bus: Any, sender: str, _path: str, _interface: str, method: str, arguments: Any, call: Any
) -> None:
    given = arguments.unpack()
    if method == "Inhibit":
        say("Inhibit", "sleep" if given[3] & SUSPEND else given[3])
        Gio.bus_watch_name_on_connection(
            bus, sender, Gio.BusNameWatcherFlags.NONE, None, lambda *_: say("left")
        )
        call.return_value(GLib.Variant("(u)", (7,)))
    else:
        say("Uninhibit", given[0])
        call.return_value(None)


def own(bus: Any, _name: str) -> None:
    interface = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
    bus.register_object("/org/gnome/SessionManager", interface, answer, None, None)


def hear() -> None:
    sys.stdin.read()
    loop.quit()


loop = GLib.MainLoop()
Gio.bus_own_name(
    Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, own, lambda *_: say("owned"), None
)
threading.Thread(target=hear, daemon=True).start()
loop.run()
