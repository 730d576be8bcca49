"""Paddock's face on a desktop: the icon in the tray.

The icon comes first. Everything it does not need is imported and built on a
thread of its own once the icon has been asked for: two thirds of a start.
"""

import threading
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

from tray.commands.headless import LONGEST_WAIT
from tray.commands.output import DONE
from tray.infrastructure.desktop.icon_files import keep_icon_files_private
from tray.infrastructure.desktop.panel_theme import panel_is_dark
from tray.infrastructure.signals import ending_signals, keep_interrupt
from tray.infrastructure.single_instance import SingleInstance
from tray.ui.first_icon import FirstIcon

if TYPE_CHECKING:
    from tray.commands.tray_resident import TrayResident


class InTray:
    """The icon on the main thread, the resident Paddock on another."""

    def __init__(self, instance: SingleInstance) -> None:
        self._instance = instance
        self._ending = Event()
        self._stop_icon: Callable[[], None] | None = None
        self._resident: threading.Thread | None = None
        self._failure: Exception | None = None

    def run(self) -> int:
        """Until somebody ends Paddock. Raises what building it raised."""
        with ending_signals(lambda _: self.end(), interrupt=True):
            try:
                self._run()
            finally:
                self._ending.set()
                self._wait_for_resident()
        if self._failure is not None:
            raise self._failure
        return DONE

    def end(self) -> None:
        """Take the icon away and end the resident, at any moment. Any thread."""
        if self._ending.is_set():
            return
        self._ending.set()
        if self._stop_icon is not None:
            self._stop_icon()

    def _run(self) -> None:
        keep_icon_files_private(self._instance.folders)
        try:
            # The desktop's toolkit, which a second start does not need.
            from tray.ui.pystray_host import PystrayHost

            host = PystrayHost(keep_interrupt())
        except ImportError as error:
            self._run_without_icon(str(error))
            return
        self._stop_icon = host.stop
        icon = FirstIcon(host, self.end)
        if not self._ending.is_set():
            icon.run(panel_is_dark(), lambda: self._build(lambda it: it.with_icon(host, icon)))

    def _run_without_icon(self, reason: str) -> None:
        self._build(lambda it: it.without_icon(reason))
        while not self._ending.wait(LONGEST_WAIT):
            pass

    def _build(self, serve: Callable[["TrayResident"], None]) -> None:
        self._resident = threading.Thread(target=self._be_resident, args=(serve,), name="resident")
        self._resident.start()

    def _be_resident(self, serve: Callable[["TrayResident"], None]) -> None:
        try:
            from tray.commands.tray_resident import TrayResident

            serve(TrayResident(self._instance, self.end, self._ending))
        except Exception as failure:  # noqa: BLE001 - raised again on the main thread
            self._failure = failure
        finally:
            self.end()

    def _wait_for_resident(self) -> None:
        while self._resident is not None and self._resident.is_alive():
            self._resident.join(LONGEST_WAIT)
