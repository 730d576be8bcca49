"""The two pages over the same stand-in for an engine: what differs between them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.request import Request, urlopen

import psutil

from tests.bench.resident import Resident, resident
from tests.bench.two_pages.chromium import Tab
from tests.bench.two_pages.long_chat import CHAT, TITLE, long_chat, webui_rows
from tests.bench.two_pages.webui import built_webui
from tests.contract.fake_servers import fake_server
from tests.engine.engine_setup import DEMO
from tray.infrastructure.llama.launch.free_port import free_port

_STAND_IN = Path(__file__).with_name("stand_in.py")
TOKENS = int(os.environ.get("PADDOCK_BENCH_TOKENS", "20000"))
"""Of the answer; fewer are for trying whether the measurement works."""
_COMMAND = (sys.executable, "-I", "-S", str(_STAND_IN), "--tokens", str(TOKENS))
PATIENCE = 600.0
_SEED = Path(__file__).with_name("webui_seed.js")


class Side(Protocol):
    """One of the pages; ``box`` is where one writes, ``stop`` what shows while it answers."""

    name: str
    url: str
    box: str

    def services(self) -> list[psutil.Process]:
        """What runs beside the browser and the engine, for this page."""

    def pace(self, tokens: int, per_second: float) -> None:
        """Send the next tokens of the open answer; returns when they are sent."""

    def keep_long_chat(self, tab: Tab) -> str:
        """Keep the long conversation, the page open; returns JavaScript that opens it."""


class PaddockSide:
    """A resident Paddock with the stand-in as its engine."""

    name = "Paddock"
    box = "#draft"

    def __init__(self, paddock: Resident) -> None:
        self._paddock = paddock
        endpoint = paddock.api.endpoint
        self.url = f"http://127.0.0.1:{endpoint.port}/#token={endpoint.token}&view=browser"
        self._engine = paddock.api.connection().base_url

    def services(self) -> list[psutil.Process]:
        return self._paddock.ours()

    def pace(self, tokens: int, per_second: float) -> None:
        _pace(self._engine, tokens, per_second)

    def keep_long_chat(self, tab: Tab) -> str:
        endpoint = self._paddock.api.endpoint
        body = {"id": CHAT, "messages": long_chat()}
        _post(f"http://127.0.0.1:{endpoint.port}/api/page/chats/keep", body, endpoint.token)
        tab.page.click("#chats-open")
        tab.page.get_by_text(TITLE).first.wait_for()
        return f'() => document.querySelector(".kept .open[data-id=\\"{CHAT}\\"]").click()'


class WebUiSide:
    """llama-server's own page, served by the stand-in itself."""

    name = "llama-server's page"
    box = "textarea"

    def __init__(self, port: int) -> None:
        self._engine = f"http://127.0.0.1:{port}"
        self.url = f"{self._engine}/"

    def services(self) -> list[psutil.Process]:
        return []

    def pace(self, tokens: int, per_second: float) -> None:
        _pace(self._engine, tokens, per_second)

    def keep_long_chat(self, tab: Tab) -> str:
        tab.page.evaluate(_SEED.read_text("utf-8"), webui_rows())
        tab.page.reload()
        tab.page.wait_for_selector(self.box)
        tab.settle()
        tab.page.get_by_label("Expand navigation").click()
        tab.page.get_by_text(TITLE).first.wait_for()
        found = (
            f"[...document.querySelectorAll('button')].find((one) => one.innerText === '{TITLE}')"
        )
        return f"() => {found}.click()"


@contextmanager
def paddock_side(folder: Path) -> Iterator[PaddockSide]:
    """READY, without an icon; it ends with the block."""
    program = fake_server(folder / "llama-server", f'exec {shlex.join(_COMMAND)} "$@"')
    settings = folder / "config" / "paddock" / "settings.toml"
    settings.parent.mkdir(mode=0o700, parents=True)
    settings.write_text(
        f'[server]\nengine = "executable"\nexecutable = {json.dumps(str(program))}\n'
        f"model_path = {json.dumps(str(DEMO))}\n"
    )
    with resident(folder, "--headless") as paddock:
        paddock.start_engine()
        yield PaddockSide(paddock)


@contextmanager
def webui_side() -> Iterator[WebUiSide]:
    """Raises NotMeasured where the page is not built and cannot be."""
    page, port = built_webui(), free_port()
    arguments = ("--ui", str(page), "--port", str(port))
    process = subprocess.Popen((*_COMMAND, *arguments), stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield WebUiSide(port)
    finally:
        process.kill()
        process.communicate()


def _pace(engine: str, tokens: int, per_second: float) -> None:
    _post(f"{engine}/pace", {"tokens": tokens, "per_second": per_second})


def _post(url: str, body: dict[str, Any], token: str = "") -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = Request(url, json.dumps(body).encode(), headers)
    with urlopen(request, timeout=PATIENCE) as answer:
        answer.read()
