"""The lock of the screen, told over a real bus as the desktops tell it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requirements import need_module, need_program

_ROOT = Path(__file__).parents[2]
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


class Bus:
    """A bus of our own; the session's and the system's at once."""

    def __init__(self) -> None:
        need_module("gi")
        self._daemon = subprocess.Popen(
            [need_program("dbus-daemon"), "--session", "--print-address", "--nofork"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._daemon.stdout is not None
        address = self._daemon.stdout.readline().strip()
        self.environment = {
            **os.environ,
            "DBUS_SESSION_BUS_ADDRESS": address,
            "DBUS_SYSTEM_BUS_ADDRESS": address,
        }
        self._programs: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str) -> "subprocess.Popen[str]":
        program = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=_ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._programs.append(program)
        return program

    def saver_says(self, interface: str, active: str) -> None:
        where = ("--session", "--type=signal", "/some/path", f"{interface}.ActiveChanged", active)
        subprocess.run([need_program("dbus-send"), *where], env=self.environment, check=True)

    def close(self) -> None:
        for program in self._programs:
            if program.poll() is None:
                program.communicate(timeout=10)
        self._daemon.terminate()
        self._daemon.communicate(timeout=10)


@pytest.fixture
def bus() -> Iterator[Bus]:
    made = Bus()
    yield made
    made.close()


def _line(program: "subprocess.Popen[str]") -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_every_desktops_screen_saver_is_heard(bus: Bus) -> None:
    probe = bus.run("-m", "tests.contract.lock_probe")
    assert _line(probe) == "watching"
    for interface in ("org.gnome.ScreenSaver", "org.freedesktop.ScreenSaver"):
        bus.saver_says(interface, "boolean:true")
        assert _line(probe) == "locked"
        bus.saver_says(interface, "string:what")
        bus.saver_says("org.example.Lamp", "boolean:false")
        bus.saver_says(interface, "boolean:false")
        assert _line(probe) == "open"


def test_logind_and_a_saver_together_lock_once(bus: Bus) -> None:
    logind = bus.run("-c", _LOGIND)
    assert _line(logind) == "owned"
    probe = bus.run("-m", "tests.contract.lock_probe")
    assert _line(probe) == "watching"
    assert logind.stdin is not None
    logind.stdin.write("lock\n")
    logind.stdin.flush()
    assert _line(probe) == "locked"
    bus.saver_says("org.gnome.ScreenSaver", "boolean:true")
    bus.saver_says("org.gnome.ScreenSaver", "boolean:false")
    logind.stdin.write("open\n")
    logind.stdin.flush()
    assert _line(probe) == "open"


def test_without_any_bus_nobody_tells_and_nothing_breaks(bus: Bus) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
        bus.environment[name] = "unix:path=/nonexistent/bus"
    probe = bus.run("-m", "tests.contract.lock_probe")
    assert _line(probe) == "watching"
    assert probe.communicate(timeout=10)[0] == ""
    assert probe.returncode == 0
