"""A desktop portal with global shortcuts: ``fake_portal.py RESPONSE`` answers with that number.

It prints what it is asked. Lines on its standard input: ``press ID`` emits
Activated for the session it made, ``stranger ID`` for another one.
"""

import sys
import threading
from typing import Any

from gi.repository import Gio, GLib

PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
SESSION = "/org/freedesktop/portal/desktop/session/1"
XML = f"""<node>
<interface name="{SHORTCUTS}">
  <method name="CreateSession"><arg type="a{{sv}}" direction="in"/>
    <arg type="o" direction="out"/></method>
  <method name="BindShortcuts"><arg type="o" direction="in"/>
    <arg type="a(sa{{sv}})" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{{sv}}" direction="in"/><arg type="o" direction="out"/></method>
</interface>
<interface name="org.freedesktop.portal.Session"><method name="Close"/></interface>
</node>"""
RESPONSE = int(sys.argv[1])


def say(*words: object) -> None:
    print(*words, flush=True)


def answer(
    bus: Any, sender: str, _path: str, _interface: str, method: str, arguments: Any, call: Any
) -> None:
    given = arguments.unpack()
    if method == "Close":
        say("Close")
        call.return_value(None)
        return
    token = given[-1]["handle_token"]
    request = f"{PATH}/request/{sender.lstrip(':').replace('.', '_')}/{token}"
    results: dict[str, Any] = {"session_handle": GLib.Variant("s", SESSION)}
    if method == "BindShortcuts":
        session, ((name, wanted),) = given[:2]
        say(method, session, name, wanted["preferred_trigger"])
        shown = {"trigger_description": GLib.Variant("s", "Press it")}
        results = {"shortcuts": GLib.Variant("a(sa{sv})", [(name, shown)])}
    # As quick as a portal may be: before the call returns.
    response = GLib.Variant("(ua{sv})", (RESPONSE if method == "BindShortcuts" else 0, results))
    bus.emit_signal(sender, request, "org.freedesktop.portal.Request", "Response", response)
    call.return_value(GLib.Variant("(o)", (request,)))


def own(bus: Any, _name: str) -> None:
    node = Gio.DBusNodeInfo.new_for_xml(XML)
    bus.register_object(PATH, node.interfaces[0], answer, None, None)
    bus.register_object(SESSION, node.interfaces[1], answer, None, None)


def hear() -> None:
    for line in sys.stdin:
        word, _, name = line.strip().partition(" ")
        session = SESSION if word == "press" else SESSION + "0"
        body = GLib.Variant("(osta{sv})", (session, name, 0, {}))
        Gio.bus_get_sync(Gio.BusType.SESSION).emit_signal(None, PATH, SHORTCUTS, "Activated", body)
    loop.quit()


loop = GLib.MainLoop()
Gio.bus_own_name(
    Gio.BusType.SESSION,
    "org.freedesktop.portal.Desktop",
    Gio.BusNameOwnerFlags.NONE,
    own,
    lambda *_: say("owned"),
    None,
)
threading.Thread(target=hear, daemon=True).start()
loop.run()
