"""A llama-server of a few lines that fails as it is told: ``fake_engine.py FAULT ARGUMENTS…``.

``hold FOLDER`` waits for files: it loads until FOLDER/load exists, and streams
a token whenever one more FOLDER/token-N does. ``hangs`` does the same with pings
while it streams nothing, and answers all other questions meanwhile.
"""

import os
import socket
import sys
import threading
import time
from pathlib import Path

FAULT = sys.argv[1]
FOLDER = Path(sys.argv[2])
LISTED = "Available devices:\n  (none)"
KEY = os.environ.get("LLAMA_API_KEY", "")
PROPS = b'{"default_generation_settings": {"n_ctx": 1024}}'
TOKEN = b'data: {"choices": [{"delta": {"content": "word "}, "finish_reason": null}]}\n\n'
SLOTS = b'[{"id": 0, "id_task": 7, "next_token": [{"n_decoded": 1}]}]'
LIMIT = 60.0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def wait_for(path: Path) -> None:
    """Every line is progress, as it is in a load."""
    deadline = time.monotonic() + LIMIT
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def load() -> None:
    say("load_model: loading model")
    if FAULT == "exits":
        sys.exit(1)
    wait_for(FOLDER / "load")
    if FAULT == "exits-in-load":
        sys.exit(1)
    if FAULT == "silent":
        wait_for(FOLDER / "never")
    say("load_model: loaded")


def answer(status: str, body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n"
    return head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def stream(connection: socket.socket) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    connection.sendall(head + TOKEN)
    if FAULT == "hangs":
        ping_until(FOLDER / "token-1", connection)
    wait_for(FOLDER / "token-1")
    if FAULT == "exits-mid-token":
        connection.sendall(TOKEN[:30])
        os._exit(1)
    connection.sendall(TOKEN)
    connection.sendall(b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n')
    connection.sendall(b"data: [DONE]\n\n")


def ping_until(path: Path, connection: socket.socket) -> None:
    while not path.exists():
        connection.sendall(b": ping\n\n")
        time.sleep(0.1)


def read_request(connection: socket.socket) -> bytes:
    """Head and body; what is left unread would reset the connection at its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            while len(body) < int(line.partition(b":")[2]):
                body += connection.recv(65536)
    return data


def serve(connection: socket.socket) -> None:
    request = read_request(connection)
    path = request.split(b" ", 2)[1]
    if path == b"/health":
        connection.sendall(answer("200 OK", b"{}"))
    elif f"Bearer {KEY}".encode() not in request:
        connection.sendall(answer("401 Unauthorized", b"{}"))
    elif path == b"/v1/chat/completions":
        stream(connection)
    elif path == b"/slots":
        connection.sendall(answer("200 OK", SLOTS))
    else:
        connection.sendall(answer("200 OK", PROPS))


def serve_and_close(connection: socket.socket) -> None:
    with connection:
        serve(connection)


def main() -> None:
    if "--list-devices" in sys.argv:
        print(LISTED)
        return
    load()
    port = int(sys.argv[sys.argv.index("--port") + 1])
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve_and_close, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
