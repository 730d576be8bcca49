"""Pure: ChatRequest -> the body of ``POST /v1/chat/completions`` (llama.cpp b11434)."""

from collections.abc import Iterable
from typing import Any

from tray.models.attachment import ImageFile, TextFile
from tray.models.chat import ChatMessage, ChatRequest, Role


def request_body(request: ChatRequest, alias: str) -> dict[str, Any]:
    """A streaming request for the model ``alias``.

    llama-server continues an assistant message that stands last: its content, or its
    reasoning while there is no content yet. Only if told so it does not begin by
    saying again what there is already.
    """
    body = request.model_dump(mode="json", exclude_none=True, exclude={"messages"}) | {
        "messages": [_message(message) for message in request.messages],
        "model": alias,
        "stream": True,
        "return_progress": True,
    }
    if request.messages[-1].role is Role.ASSISTANT:
        body |= {"continue_final_message": True, "add_generation_prompt": False}
    return body


def _message(message: ChatMessage) -> dict[str, Any]:
    texts = [file.fenced for file in message.attachments if isinstance(file, TextFile)]
    images = [file for file in message.attachments if isinstance(file, ImageFile)]
    text = "\n\n".join(part for part in (*texts, message.content) if part)
    made: dict[str, Any] = {"role": message.role.value, "content": text}
    if images:
        made["content"] = [*_image_parts(images), *([_text_part(text)] if text else [])]
    if message.reasoning:
        made["reasoning_content"] = message.reasoning
    return made


def _image_parts(images: Iterable[ImageFile]) -> list[dict[str, Any]]:
    return [
        {
            "type": "image_url",
            "image_url": {"url": f"data:{image.media_type};base64,{image.data}"},
        }
        for image in images
    ]


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
