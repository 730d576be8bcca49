"""Another program that reads a stream of the engine and does not let go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.bench.reciter import CONTEXT
from tests.engine.engine_setup import WAIT
from tray.models.state import Connection

_UNDER_WAY = 20


@contextmanager
def foreign_client(connection: Connection) -> Iterator[None]:
    """Entered once tokens come; it reads on until the engine cuts it off."""
    under_way = threading.Event()
    thread = threading.Thread(target=_read, args=(connection, under_way), daemon=True)
    thread.start()
    assert under_way.wait(WAIT), "no tokens came"
    yield
    thread.join(WAIT)


def _read(connection: Connection, under_way: threading.Event) -> None:
    body = {"messages": [{"role": "user", "content": "word1"}], "stream": True}
    lines = 0
    try:
        with httpx.stream(
            "POST",
            f"{connection.base_url}/v1/chat/completions",
            json=body | {"max_tokens": CONTEXT - 100},
            headers={"Authorization": f"Bearer {connection.api_key}"},
            trust_env=False,
            timeout=WAIT,
        ) as response:
            for _ in response.iter_lines():
                lines += 1
                if lines == _UNDER_WAY:
                    under_way.set()
    except httpx.HTTPError:
        # The cut is what is being waited for.
        return
