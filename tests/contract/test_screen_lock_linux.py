"""The lock of the screen, told over a real bus as the desktops tell it."""

from tests.contract.private_bus import Bus, bus, line_of

__all__ = ["bus"]

_LOGIN = "org.freedesktop.login1"
_SESSION_PATH = "/org/freedesktop/login1/session/_31"
# A logind of one session: it owns the name and answers the one question.
_LOGIND = f"""
from gi.repository import Gio, GLib
node = Gio.DBusNodeInfo.new_for_xml('<node><interface name="{_LOGIN}.Manager"><method '
  'name="GetSessionByPID"><arg type="u" direction="in"/><arg type="o" direction="out"/>'
  '</method></interface></node>')
def answer(bus, sender, path, name, method, arguments, call):
    call.return_value(GLib.Variant("(o)", ("{_SESSION_PATH}",)))
def own(bus, name):
    bus.register_object("/org/freedesktop/login1", node.interfaces[0], answer, None, None)
def told(channel, condition):
    line = channel.readline()
    if not line:
        loop.quit()
        return False
    body = GLib.Variant("(sa{{sv}}as)", ("{_LOGIN}.Session",
      {{"LockedHint": GLib.Variant("b", line == "lock\\n")}}, []))
    Gio.bus_get_sync(Gio.BusType.SYSTEM).emit_signal(None, "{_SESSION_PATH}",
      "org.freedesktop.DBus.Properties", "PropertiesChanged", body)
    return True
import sys
Gio.bus_own_name(Gio.BusType.SYSTEM, "{_LOGIN}", Gio.BusNameOwnerFlags.NONE, own,
  lambda *_: print("owned", flush=True), None)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, told)
loop = GLib.MainLoop()
loop.run()
"""


def test_every_desktops_screen_saver_is_heard(bus: Bus) -> None:
    probe = bus.run("-m", "tests.contract.lock_probe")
    assert line_of(probe) == "watching"
    for interface in ("org.gnome.ScreenSaver", "org.freedesktop.ScreenSaver"):
        bus.saver_says(interface, "boolean:true")
        assert line_of(probe) == "locked"
        bus.saver_says(interface, "string:what")
        bus.saver_says("org.example.Lamp", "boolean:false")
        bus.saver_says(interface, "boolean:false")
        assert line_of(probe) == "open"


def test_logind_and_a_saver_together_lock_once(bus: Bus) -> None:
    logind = bus.run("-c", _LOGIND)
    assert line_of(logind) == "owned"
    probe = bus.run("-m", "tests.contract.lock_probe")
    assert line_of(probe) == "watching"
    assert logind.stdin is not None
    logind.stdin.write("lock\n")
    logind.stdin.flush()
    assert line_of(probe) == "locked"
    bus.saver_says("org.gnome.ScreenSaver", "boolean:true")
    bus.saver_says("org.gnome.ScreenSaver", "boolean:false")
    logind.stdin.write("open\n")
    logind.stdin.flush()
    assert line_of(probe) == "open"


def test_without_any_bus_nobody_tells_and_nothing_breaks(bus: Bus) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
        bus.environment[name] = "unix:path=/nonexistent/bus"
    probe = bus.run("-m", "tests.contract.lock_probe")
    assert line_of(probe) == "watching"
    assert probe.communicate(timeout=10)[0] == ""
    assert probe.returncode == 0
