"""What the client sends over the wire to an engine that sees, and what it understands of one."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from tests.contract.stream_server import HEAD, read_request, spec_at
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.infrastructure.llama.client.wire import Props
from tray.models.attachment import ImageFile
from tray.models.chat import ChatMessage, ChatRequest, FinishReason, Role
from tray.models.sampling import Sampling
from tray.ui.sampling_words import sampling_words

# As b11434 answers with a projector loaded, shortened.
PROPS = """{"default_generation_settings": {"n_ctx": 4096, "params": {
    "seed": 4294967295, "temperature": 0.800000011920929, "top_k": 40,
    "top_p": 0.949999988079071, "min_p": 0.05000000074505806, "max_tokens": -1, "stream": false}},
    "modalities": {"vision": true, "video": false, "audio": false}}"""


def test_an_image_goes_over_the_wire_as_a_data_url() -> None:
    cow = ImageFile(kind="image", name="cow.jpg", media_type="image/jpeg", data="aGk=")
    question = ChatMessage(role=Role.USER, content="Who?", attachments=(cow,))
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                received.append(read_request(connection))
                choice = {"delta": {"content": "A cow."}, "finish_reason": "stop"}
                data = json.dumps({"choices": [choice]}).encode()
                connection.sendall(HEAD + b"data: " + data + b"\n\ndata: [DONE]\n\n")

        server = threading.Thread(target=serve)
        server.start()
        spec = spec_at(listener.getsockname()[1])
        *_, end = HttpChatClient().stream(spec, ChatRequest(messages=(question,), min_p=0.0))
        server.join(10)
    assert end.kind == "finish"
    assert end.reason is FinishReason.STOP
    body = json.loads(received[0].partition(b"\r\n\r\n")[2] or received[0])
    assert body["min_p"] == 0.0
    assert body["messages"][0]["content"] == [
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,aGk="}},
        {"type": "text", "text": "Who?"},
    ]


def test_what_an_engine_says_of_itself_is_typed_and_worded() -> None:
    props = Props.model_validate_json(PROPS)
    own = props.default_generation_settings.params.typed()
    assert props.modalities.vision
    assert own == Sampling(temperature=0.8, top_p=0.95, top_k=40, min_p=0.05)
    words = sampling_words(own)
    assert (words.temperature, words.top_k, words.max_tokens, words.seed) == (
        "0.8",
        "40",
        "no limit",
        "random",
    )
    assert sampling_words(None).top_p == "default"


@pytest.mark.parametrize("text", ["{}", '{"modalities": {}}'])
def test_an_engine_that_says_nothing_does_not_see(text: str) -> None:
    props = Props.model_validate_json(text)
    assert not props.modalities.vision
    assert props.default_generation_settings.params.typed() == Sampling()
