"""WebKitWebDriver and the little of its protocol the tests speak."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.requirements import need_program

DEADLINE = 20.0
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def wait_for(condition: Callable[[], object], what: str, deadline: float = DEADLINE) -> None:
    """Until the condition holds; fails after a deadline."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.01)


class Driver:
    """One session with the web view at ``target``."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        options: dict[str, object] = {"capabilities": {"alwaysMatch": {}}}
        self._session = f"/session/{self._call('POST', '/session', options)['sessionId']}"

    def type(self, css: str, text: str) -> None:
        found = self._call("POST", f"{self._session}/element", _by_css(css))
        self._call("POST", f"{self._session}/element/{found[_ELEMENT]}/value", {"text": text})

    def text(self, css: str) -> str:
        """The text of the first match, empty without one."""
        script = "return document.querySelector(arguments[0])?.innerText ?? ''"
        return str(self.run(script, css))

    def run(self, script: str, *arguments: object) -> Any:
        body = {"script": script, "args": arguments}
        return self._call("POST", f"{self._session}/execute/sync", body)

    def wait_text(self, css: str, text: str) -> None:
        wait_for(lambda: text in self.text(css), f"{text!r} in {css}")

    def _call(self, method: str, path: str, body: object) -> Any:
        answer = self._http.request(method, path, json=body)
        value = answer.json()["value"]
        assert answer.status_code == httpx.codes.OK, value
        return value


def _by_css(css: str) -> dict[str, str]:
    return {"using": "css selector", "value": css}


@contextmanager
def kept_port() -> Iterator[int]:
    """A port that the system gives to nobody else meanwhile; WebKit may listen at it."""
    with socket.socket() as kept:
        # Two may bind it by this, as long as one of them only listens.
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield int(kept.getsockname()[1])


@contextmanager
def driver_at(target: str) -> Iterator[Driver]:
    """A WebKitWebDriver for the web view that listens at ``target`` ("host:port")."""
    program = need_program("WebKitWebDriver")
    with kept_port() as port:
        process = subprocess.Popen(
            (program, f"--port={port}", f"--target={target}"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(lambda: _answers(port), "the driver listens")
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as http:
                yield Driver(http)
        finally:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
