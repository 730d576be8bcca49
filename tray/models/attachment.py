"""Files that go with a question: text, and images for models that see."""

import base64
import binascii
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tray.models.base import Frozen

FileName = Annotated[str, Field(min_length=1, max_length=255)]


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    return text


class TextFile(Frozen):
    kind: Literal["text"]
    name: FileName
    text: str

    @property
    def fenced(self) -> str:
        """Name and text as Markdown, in a fence longer than any in the text."""
        longest = max((len(ticks) for ticks in re.findall("`+", self.text)), default=0)
        fence = "`" * max(longest + 1, 3)
        end = "" if self.text.endswith("\n") else "\n"
        return f"File {self.name}:\n{fence}\n{self.text}{end}{fence}"


class ImageFile(Frozen):
    """``data`` is the file in base64, of a format every llama.cpp with vision decodes."""

    kind: Literal["image"]
    name: FileName
    media_type: Literal["image/png", "image/jpeg"]
    data: Annotated[str, AfterValidator(_base64), Field(min_length=1, repr=False)]


Attachment = Annotated[TextFile | ImageFile, Field(discriminator="kind")]
