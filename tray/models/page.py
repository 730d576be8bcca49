"""What the page in the popover is sent: its state, and an answer while it streams."""

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from tray.models.base import Frozen
from tray.models.chat import ChatTimings, FinishReason
from tray.models.conversation import LastAnswered
from tray.models.failure import ServerFailure
from tray.models.page_downloads import ShownDownload
from tray.models.setup import ShownSetup
from tray.models.state import ServerPhase


class BlockUpdate(Frozen):
    """One change to one block of an answer on the page.

    Blocks are numbered from 0 in reading order. ``html`` is safe HTML that
    replaces the whole block; an empty string removes it. ``append_text`` is
    plain text to be added to the block's element of class ``stream``, or where
    there is none after its last words. Exactly one of the two is set. After
    ``final`` the block never changes again.
    """

    index: Annotated[int, Field(ge=0)]
    html: str | None = None
    append_text: str | None = None
    final: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.html is None) == (self.append_text is None):
            raise ValueError("exactly one of html and append_text")
        return self


class BlocksChunk(Frozen):
    """Changes to the answer's blocks, and the Markdown ``source`` they show.

    The pieces of ``source`` joined are the answer as the model wrote it, for
    the next request and for copying. An answer that is continued begins with all
    of its blocks, and only what is new as ``source``.
    """

    kind: Literal["blocks"] = "blocks"
    source: str
    updates: tuple[BlockUpdate, ...] = ()


class ThinkingChunk(Frozen):
    """Plain text to add to the model's reasoning."""

    kind: Literal["thinking"] = "thinking"
    text: str


class ThoughtChunk(Frozen):
    """The reasoning is over after so many ``seconds``; ``label`` says so."""

    kind: Literal["thought"] = "thought"
    label: str
    seconds: float


class ReadingChunk(Frozen):
    """The engine reads the prompt; ``share`` of it (0 to 1) is done."""

    kind: Literal["reading"] = "reading"
    label: str
    share: Annotated[float, Field(ge=0, le=1)]


class SpeedChunk(Frozen):
    """How fast the answer comes at the moment, in words."""

    kind: Literal["speed"] = "speed"
    label: str


class PageFinishChunk(Frozen):
    """Always the last chunk of an answer, exactly once."""

    kind: Literal["finish"] = "finish"
    reason: FinishReason
    label: str
    timings: ChatTimings = ChatTimings()
    failure: ServerFailure | None = None
    unkept: ServerFailure | None = None


PageChunk = Annotated[
    BlocksChunk | ThinkingChunk | ThoughtChunk | ReadingChunk | SpeedChunk | PageFinishChunk,
    Field(discriminator="kind"),
]
PAGE_CHUNK: TypeAdapter[PageChunk] = TypeAdapter(PageChunk, config={"defer_build": True})


class Meter(Frozen):
    """One bar: ``percent`` is 0 to 100, or ``None`` when it could not be measured.

    ``text`` is the figure in full ("5.1 / 12.0 GiB"), ``short`` in percent. Where
    there is little room only ``main`` ones are shown.
    """

    name: str
    percent: float | None
    text: str
    short: str
    main: bool = True


class ModelChoice(Frozen):
    """A model the page offers; ``value`` is what StartRequest takes."""

    value: str
    name: str
    note: str


class PageAction(Frozen):
    """A button for what may be done about the engine; "wait" only puts the notice away."""

    intent: Literal["start", "stop", "free", "wait"]
    label: str


class HistoryRow(Frozen):
    """One GPU (or the computer without one): percent at each point, ``None`` if unknown."""

    name: str
    load: tuple[float | None, ...]
    memory: tuple[float | None, ...]


class PageHistory(Frozen):
    """The last two minutes: ``ages`` of the points in seconds, oldest first."""

    ages: tuple[float, ...] = ()
    rows: tuple[HistoryRow, ...] = ()


class CameBack(Frozen):
    """What freeing the memory gave, in words."""

    line: str


class SamplingWords(Frozen):
    """What an empty field of the sampling means."""

    max_tokens: str
    temperature: str
    top_p: str
    top_k: str
    min_p: str
    seed: str


class PageState(Frozen):
    """All the page shows around the conversation, in the words it shows.

    ``falls_back``: the CPU works in the GPU's place.
    ``model`` is the value of the running or chosen model; ``metrics`` has a
    line for every measurement, ``meters`` the few that are drawn as bars.
    ``failure`` is why it ended or stands still, ``actions`` what may be done now,
    ``note`` what happened to the model without the user's doing. ``sampling`` is what
    the engine does with values left to it, ``images_note`` why it takes no image.
    ``models`` are few; ``wants_models`` asks the page to show all of them. ``setup`` is
    how far a first model is, ``needs_model`` that there is none but the demo. ``answered``
    tells a page that another one went on with its chat.
    """

    phase: ServerPhase
    stalled: bool
    falls_back: bool = False
    words: str
    line: str
    model: str
    models: tuple[ModelChoice, ...]
    meters: tuple[Meter, ...]
    metrics: tuple[str, ...]
    can_start: bool
    can_stop: bool
    actions: tuple[PageAction, ...] = ()
    failure: ServerFailure | None
    hint: str | None
    note: str | None = None
    wants_models: bool = False
    setup: ShownSetup | None = None
    needs_model: bool = False
    suggestions: tuple[str, ...]
    sampling: SamplingWords
    images_note: str | None
    downloads: tuple[ShownDownload, ...] = ()
    answered: LastAnswered | None = None
