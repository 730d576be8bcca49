"""Runs a GGUF on the real engine and asks it over HTTP, as Paddock does."""

import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import xllamacpp

ALIAS = "demo"
DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; ``finish`` is llama.cpp's reason, "stop" when the model ended it itself."""

    text: str
    finish: str
    tokens_per_second: float


class Engine:
    """One llama.cpp server inside this process; it lives as long as the object."""

    def __init__(self, model: Path, context: int = 1024) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.model_alias = ALIAS
        params.n_ctx = context
        params.n_parallel = 1
        params.use_jinja = True
        params.ui = False
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        # More than one thread spins while another process holds a core, and crawls.
        params.cpuparams.n_threads = 1
        params.cpuparams_batch.n_threads = 1
        self._key = secrets.token_hex(16)
        params.api_keys = [self._key]
        self._server = xllamacpp.Server(params)
        self._wait_until_ready()

    def ask(self, *messages: tuple[str, str]) -> Reply:
        """Answers a conversation of (role, text) turns with the model's own defaults."""
        body = {"messages": [{"role": role, "content": text} for role, text in messages]}
        answer = json.loads(self._request("/v1/chat/completions", body))
        choice = answer["choices"][0]
        return Reply(
            text=choice["message"]["content"],
            finish=choice["finish_reason"],
            tokens_per_second=answer["timings"]["predicted_per_second"],
        )

    def tokenize(self, text: str) -> list[int]:
        """The engine's own token ids of ``text``, nothing added."""
        body = {"content": text, "add_special": False, "parse_special": False}
        return [int(number) for number in json.loads(self._request("/tokenize", body))["tokens"]]

    def _request(self, path: str, body: object) -> bytes:
        request = urllib.request.Request(
            self._server.listening_address + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        with urllib.request.urlopen(request, timeout=DEADLINE) as response:
            content: bytes = response.read()
        return content

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                self.tokenize("ready")
            except urllib.error.URLError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return
