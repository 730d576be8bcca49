"""A real desktop under Xvfb: session bus, window manager, Xfce's panel, notifications.

Everything is this rig's own: display number, home, bus. It waits for conditions, and ends what it
started by process id.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import psutil

from tests.requirements import need_program

WAIT = 30.0
PANEL_HEIGHT = 28
SCREEN = (1280, 800)
T = TypeVar("T")

_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="{height}"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray"/>
  </property>
</channel>
"""
_XSETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xsettings" version="1.0">
  <property name="Net" type="empty">
    <property name="ThemeName" type="string" value="{theme}"/>
  </property>
</channel>
"""


def wait_until(answer: Callable[[], T | None], what: str, seconds: float = WAIT) -> T:
    """The first answer that is true; asks again and again until the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := answer()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.02)
    return found


class Desktop:
    """One running desktop; ``environment`` is what its programs are started with."""

    def __init__(self, folder: Path, stack: ExitStack, *, dark: bool) -> None:
        self.folder = folder
        self.dark = dark
        self._stack = stack
        self.environment = _environment(folder, dark)
        self._configure()
        # -noreset: or the first question's end throws out a window manager that just connects.
        server = self.start(
            "Xvfb", "-displayfd", "1", "-screen", "0", _screen(), "-nolisten", "tcp", "-noreset"
        )
        self.environment["DISPLAY"] = ":" + _first_line(server)
        bus = self.start("dbus-daemon", "--session", "--nofork", "--print-address=1")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = _first_line(bus)
        self.start("openbox")
        wait_until(self._managed, "the window manager")
        self.panel: subprocess.Popen[str] | None = None

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """Run a program of the system in this desktop; it ends with the desktop."""
        return self.run((str(need_program(program)), *arguments))

    def run(self, command: tuple[str, ...]) -> subprocess.Popen[str]:
        """Run a command in this desktop; it and all it started end with the desktop."""
        log = self._stack.enter_context((self.folder / "programs.log").open("a"))
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=self.environment,
            cwd=self.folder,
        )
        self._stack.callback(end_tree, process)
        return process

    def output(self, *command: str) -> str:
        """What a program prints; it must succeed within the deadline."""
        done = subprocess.run(
            (str(need_program(command[0])), *command[1:]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=WAIT,
            check=True,
        )
        return done.stdout

    def start_panel(self) -> None:
        """Start Xfce's panel and wait until it hosts icons."""
        self.panel = self.start("xfce4-panel", "--disable-wm-check")
        self.wait_for_name("org.kde.StatusNotifierWatcher")
        self.wait_for_window("xfce4-panel")

    def kill_panel(self) -> None:
        """End the panel as a crash would, and wait until its names are gone."""
        assert self.panel is not None
        end_tree(self.panel)
        wait_until(lambda: not self.owns("org.kde.StatusNotifierWatcher"), "the panel's end")

    def start_notifications(self) -> None:
        daemon = "/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd"
        self.run((daemon,))
        self.wait_for_name("org.freedesktop.Notifications")

    def owns(self, name: str) -> bool:
        """Whether somebody on the session bus owns the name."""
        answer = self.output(
            "dbus-send",
            "--session",
            "--print-reply=literal",
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus.NameHasOwner",
            f"string:{name}",
        )
        return "true" in answer

    def wait_for_name(self, name: str) -> None:
        wait_until(lambda: self.owns(name), f"an owner of {name}")

    def windows(self, name: str, by: Literal["class", "name"] = "class") -> list[str]:
        """Visible windows of a class or with a title, as X numbers."""
        return self._found("search", "--onlyvisible", f"--{by}", name)

    def focused(self) -> list[str]:
        """The window that has the focus, as X number; none while it goes from one to another."""
        return self._found("getwindowfocus")

    def wait_for_window(self, name: str, by: Literal["class", "name"] = "class") -> str:
        """The first visible window of a class or with a title."""
        return wait_until(lambda: self.windows(name, by), f"a window of {name}")[0]

    def screenshot(self, path: Path) -> Path:
        """The whole screen as a PNG file."""
        self.output("import", "-window", "root", "-depth", "8", str(path))
        return path

    def paint(self, colour: tuple[int, int, int]) -> None:
        """Give the bare screen a colour."""
        from Xlib.display import Display

        red, green, blue = colour
        display = Display(self.environment["DISPLAY"])
        root = display.screen().root
        root.change_attributes(background_pixel=(red << 16) | (green << 8) | blue)
        root.clear_area(width=SCREEN[0], height=SCREEN[1])
        display.sync()
        display.close()

    def geometry(
        self, name: str, by: Literal["class", "name"] = "class"
    ) -> tuple[int, int, int, int]:
        """Left, top, width and height of the first visible window of a class or title."""
        window = self.wait_for_window(name, by)
        lines = self.output("xdotool", "getwindowgeometry", "--shell", window).splitlines()
        found = dict(line.split("=") for line in lines)
        x, y, width, height = (int(found[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        return x, y, width, height

    def click(self, x: int, y: int, button: int = 1) -> None:
        self.output("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def point(self, x: int, y: int) -> None:
        self.output("xdotool", "mousemove", str(x), str(y))

    def key(self, name: str) -> None:
        self.output("xdotool", "key", name)

    def _found(self, *what: str) -> list[str]:
        """What xdotool finds; it fails when that is nothing."""
        done = subprocess.run(
            (str(need_program("xdotool")), *what),
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=WAIT,
            check=False,
        )
        return done.stdout.split()

    def _managed(self) -> bool:
        return "window id" in self.output("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")

    def _configure(self) -> None:
        channels = self.folder / "config" / "xfce4" / "xfconf" / "xfce-perchannel-xml"
        channels.mkdir(parents=True)
        panel = _PANEL.format(dark=str(self.dark).lower(), height=PANEL_HEIGHT)
        (channels / "xfce4-panel.xml").write_text(panel)
        theme = "Adwaita-dark" if self.dark else "Adwaita"
        (channels / "xsettings.xml").write_text(_XSETTINGS.format(theme=theme))


@contextmanager
def desktop(
    folder: Path, *, dark: bool = False, panel: bool = True, notifications: bool = True
) -> Iterator[Desktop]:
    """A desktop in ``folder``; ``dark`` makes its panel and its theme so."""
    with ExitStack() as stack:
        made = Desktop(folder, stack, dark=dark)
        if panel:
            made.start_panel()
        if notifications:
            made.start_notifications()
        yield made


def end_tree(process: subprocess.Popen[str]) -> None:
    """Kill a process we started and its children; returns when all are gone."""
    tree: list[psutil.Process] = []
    try:
        parent = psutil.Process(process.pid)
        tree = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        pass
    for member in tree:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait(WAIT)
    psutil.wait_procs(tree, timeout=WAIT)
    if process.stdout is not None:
        process.stdout.close()


def _environment(folder: Path, dark: bool) -> dict[str, str]:
    home = folder / "home"
    runtime = folder / "run"
    home.mkdir(parents=True)
    runtime.mkdir(mode=0o700)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CURRENT_DESKTOP": "XFCE",
        "TMPDIR": str(_made(folder / "tmp")),
        "NO_AT_BRIDGE": "1",
        "GTK_THEME": "Adwaita:dark" if dark else "Adwaita",
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _screen() -> str:
    return f"{SCREEN[0]}x{SCREEN[1]}x24"


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
