"""An engine that recites: llama-server's calls, and the recorded answer at a pace it is told.

``stand_in.py --tokens COUNT [--ui FOLDER] --port PORT`` serves. Paddock starts it like any
llama-server; llama-server's own page comes from FOLDER, packed as llama-server packs it.
``POST /pace {"tokens": N, "per_second": R}`` sends the next N tokens of the open answer
and returns when they are sent; R of 0 is as fast as the socket takes them.
Standard library alone: it must start in a blink.
"""

from __future__ import annotations

import gzip
import json
import mimetypes
import os
import sys
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from tests.bench.two_pages.answer_text import answer_tokens

KEY = os.environ.get("LLAMA_API_KEY", "")
PATIENCE = 600.0
NAME = "recorded"
CONTEXT = 32_768
_AROUND = {
    "created": 1795392327,
    "id": "chatcmpl-oiYxZ7xr5e7ac6hqiR3zwWVAllIa7zl5",
    "model": NAME,
    "system_fingerprint": "b11434",
    "object": "chat.completion.chunk",
}
_MODEL = {
    "id": NAME,
    "object": "model",
    "created": 1795392327,
    "owned_by": "llamacpp",
    "aliases": [NAME],
    "tags": [],
    "meta": {"n_ctx_train": CONTEXT, "n_params": 4_000_000_000, "size": 2_500_000_000},
}
_SAMPLING = {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05, "seed": -1}
_ANSWERS = {
    "/health": {"status": "ok"},
    "/props": {
        "default_generation_settings": {
            "id": 0,
            "n_ctx": CONTEXT,
            "is_processing": False,
            "params": _SAMPLING,
        },
        "total_slots": 1,
        "model_alias": NAME,
        "model_path": f"/models/{NAME}.gguf",
        "modalities": {"vision": False, "audio": False},
        "chat_template": "",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "build_info": "b11434",
        "ui": True,
        "ui_settings": {},
        "is_sleeping": False,
    },
    "/v1/models": {"object": "list", "data": [_MODEL], "models": []},
    "/slots": [{"id": 0, "n_ctx": CONTEXT, "is_processing": False}],
    "/tools": [],
    "/v1/streams/lookup": [],
}


class Pace:
    """How far the open answer may go, and how fast. Any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.sent = 0
        self._goal = 0
        self._per_second = 0.0
        self._begun = (0.0, 0)
        self._open = False

    def restart(self) -> None:
        """An answer begins."""
        with self._changed:
            self.sent = self._goal = 0
            self._open = True
            self._changed.notify_all()

    def end(self) -> None:
        """It is over, or nobody listens any more."""
        with self._changed:
            self._open = False

    def go(self, tokens: int, per_second: float) -> float:
        """Seconds it took until they were sent, once there is an answer."""
        with self._changed:
            self._changed.wait_for(lambda: self._open, PATIENCE)
            begun = time.monotonic()
            self._goal += tokens
            self._per_second = per_second
            self._begun = (begun, self.sent)
            goal = self._goal
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.sent >= goal, PATIENCE)
        return time.monotonic() - begun

    def wait(self) -> None:
        """Until the next token is due."""
        with self._changed:
            self._changed.wait_for(lambda: self.sent < self._goal, PATIENCE)
            begun, first = self._begun
            due = begun + (self.sent - first) / self._per_second if self._per_second else 0.0
        time.sleep(max(0.0, due - time.monotonic()))

    def was_sent(self) -> None:
        with self._changed:
            self.sent += 1
            if self.sent >= self._goal:
                self._changed.notify_all()


class Server(ThreadingHTTPServer):
    """Recites to whoever asks; ``ui`` is the folder of llama-server's page, if it serves it."""

    def __init__(self, port: int, tokens: int, ui: Path | None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.ui = ui
        self.answer = answer_tokens(tokens)
        self.pace = Pace()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path != "/health" and KEY and self.headers["Authorization"] != f"Bearer {KEY}":
            self._send(401, b"{}")
        elif path in _ANSWERS:
            self._send(200, json.dumps(_ANSWERS[path]).encode())
        elif self.server.ui is not None:
            self._file(self.server.ui, path)
        else:
            self._send(404, b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
        path = self.path.partition("?")[0]
        if path == "/pace":
            seconds = self.server.pace.go(body["tokens"], body["per_second"])
            self._send(
                200, json.dumps({"seconds": seconds, "sent": self.server.pace.sent}).encode()
            )
        elif path == "/v1/chat/completions":
            self._recite(bool(body.get("timings_per_token")))
        else:
            self._send(200, json.dumps(_ANSWERS.get(path, {})).encode())

    def _recite(self, with_timings: bool) -> None:
        self.server.pace.restart()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._tokens(with_timings)
        finally:
            self.server.pace.end()

    def _tokens(self, with_timings: bool) -> None:
        begun = time.monotonic()
        for number, token in enumerate(self.server.answer, 1):
            self.server.pace.wait()
            timings = _timings(number, begun) if with_timings else {}
            self._event(_choice({"content": token}) | timings)
            self.server.pace.was_sent()
        self._event(_choice({}, "stop") | _timings(number, begun))
        self.wfile.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    def _event(self, event: dict[str, object]) -> None:
        data = f"data: {json.dumps(event, separators=(',', ':'))}\n\n".encode()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _file(self, ui: Path, path: str) -> None:
        file = ui / (path.lstrip("/") or "index.html")
        if not file.is_file() or not file.resolve().is_relative_to(ui):
            self._send(404, b"")
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self._send(200, _packed(file), kind, packed=True)

    def _send(
        self, status: int, body: bytes, kind: str = "application/json", *, packed: bool = False
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@cache
def _packed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)


def _choice(delta: dict[str, str], reason: str | None = None) -> dict[str, object]:
    return {"choices": [{"finish_reason": reason, "index": 0, "delta": delta}], **_AROUND}


def _timings(number: int, begun: float) -> dict[str, object]:
    milliseconds = max((time.monotonic() - begun) * 1000, 0.001)
    return {
        "timings": {
            "cache_n": 0,
            "prompt_n": 11,
            "prompt_ms": 20.0,
            "prompt_per_token_ms": 1.8,
            "prompt_per_second": 550.0,
            "predicted_n": number,
            "predicted_ms": milliseconds,
            "predicted_per_token_ms": milliseconds / number,
            "predicted_per_second": 1000 * number / milliseconds,
        }
    }


def main(arguments: list[str]) -> None:
    """Serve until we are ended."""
    if "--list-devices" in arguments:
        print("Available devices:\n  (none)")
        return
    values = dict(pairwise(arguments))
    ui = Path(values["--ui"]).resolve() if "--ui" in values else None
    with Server(int(values["--port"]), int(values["--tokens"]), ui) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
