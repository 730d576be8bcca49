"""Pure: kept conversations as a person reads them, and as files."""

import re
from collections.abc import Iterator

from tray.models.attachment import ImageFile, TextFile
from tray.models.chat import FinishChunk, Role
from tray.models.conversation import ChatSettings, Conversation, ConversationLine, KeptMessage
from tray.ui.amounts import joined
from tray.ui.chat_words import thought_label
from tray.ui.present import finish_line

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_NOT_IN_LINKS = re.compile(r"[\[\]\\\r\n]+")
_MARKS = re.compile(r"[*`#|]+")
_MOST_BYTES = 200
"""Of a title in a file's name: Linux takes 255 of it all, with the number of a second copy."""
_SPEAKERS = {Role.USER: "You", Role.ASSISTANT: "Answer", Role.SYSTEM: "System"}


def found_words(line: ConversationLine) -> str | None:
    """Text around what was found, on one line and without the commonest Markdown.

    That of a file comes after the file's name.
    """
    if line.found is None:
        return None
    text = " ".join(_MARKS.sub("", line.found).split())
    return text if line.found_in is None else f"{line.found_in}: {text}" if text else line.found_in


def file_name(title: str, ending: str) -> str:
    """A name every file system takes."""
    plain = _NOT_IN_NAMES.sub(" ", title).strip(" .…")[:80]
    plain = plain.encode()[:_MOST_BYTES].decode(errors="ignore").strip(" .")
    return f"Chat - {plain}.{ending}" if plain else f"Chat.{ending}"


def as_markdown(conversation: Conversation) -> str:
    """Answers as the model wrote them, each message under its speaker with its files."""
    parts = [f"# {conversation.title}"]
    if prompt := conversation.settings.system_prompt.strip():
        parts += ["## System prompt", prompt]
    if sampling := _sampling_line(conversation.settings):
        parts.append(sampling)
    for said in conversation.messages:
        parts += [f"## {_SPEAKERS[said.role]}", *_said(said)]
    return "\n\n".join(parts) + "\n"


def _said(message: KeptMessage) -> Iterator[str]:
    for file in message.attachments:
        yield file.fenced if isinstance(file, TextFile) else _image(file)
    if message.reasoning:
        label = thought_label(message.thought_seconds)
        lines = message.reasoning.strip().splitlines()
        yield "\n".join([f"> *{label}*", ">", *(f"> {line}".rstrip() for line in lines)])
    if message.content.strip():
        yield message.content.strip()
    if message.role is Role.ASSISTANT and message.reason is not None:
        line = finish_line(FinishChunk(reason=message.reason, timings=message.timings))
        if line:
            yield f"*{line}*"


def _image(file: ImageFile) -> str:
    name = _NOT_IN_LINKS.sub(" ", file.name)
    return f"![{name}](data:{file.media_type};base64,{file.data})"


def _sampling_line(settings: ChatSettings) -> str:
    chosen = settings.model_dump(exclude={"system_prompt"}, exclude_none=True)
    return joined(f"{name.replace('_', '-')} {value:g}" for name, value in chosen.items())


def as_json(conversation: Conversation) -> str:
    """Title, time (seconds since 1970), settings and messages with all that belongs to them.

    ``role``, ``content`` and ``attachments`` are as the chat API takes them.
    """
    ours = {"pinned", "draft", "draft_files", "edit"}
    told = conversation.model_dump_json(indent=2, exclude=ours, exclude_defaults=True)
    return told + "\n"
