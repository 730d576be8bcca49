"""llama-server's JSON, as far as Paddock reads it (llama.cpp b11434, tools/server)."""

from tray.models.base import Lenient
from tray.models.chat import ChatTimings, PromptProgressChunk
from tray.models.sampling import Sampling

RANDOM_SEED = 0xFFFFFFFF


class Delta(Lenient):
    content: str | None = None
    reasoning_content: str | None = None


class Choice(Lenient):
    delta: Delta = Delta()
    finish_reason: str | None = None


class Timings(Lenient):
    """Times in milliseconds, counts in tokens."""

    cache_n: int | None = None
    prompt_n: int | None = None
    prompt_ms: float | None = None
    predicted_n: int | None = None
    predicted_ms: float | None = None
    predicted_per_second: float | None = None

    def typed(self, time_to_first_token_ms: float | None) -> ChatTimings:
        return ChatTimings(
            cached_tokens=self.cache_n,
            prompt_tokens=self.prompt_n,
            prompt_ms=self.prompt_ms,
            predicted_tokens=self.predicted_n,
            predicted_ms=self.predicted_ms,
            tokens_per_second=self.predicted_per_second,
            time_to_first_token_ms=time_to_first_token_ms,
        )


class PromptProgress(Lenient):
    total: int = 0
    cache: int = 0
    processed: int = 0
    time_ms: float = 0.0

    def typed(self) -> PromptProgressChunk:
        return PromptProgressChunk(
            total=self.total,
            cached=self.cache,
            processed=self.processed,
            elapsed_ms=self.time_ms,
        )


class Error(Lenient):
    """The last two come with a prompt that is longer than the context, in tokens."""

    message: str = "no message"
    type: str | None = None
    code: int | str | None = None
    n_prompt_tokens: int | None = None
    n_ctx: int | None = None


class Event(Lenient):
    """One ``data:`` of a chat stream."""

    choices: tuple[Choice, ...] = ()
    timings: Timings | None = None
    prompt_progress: PromptProgress | None = None
    error: Error | None = None


class ErrorBody(Lenient):
    error: Error = Error()


class NextToken(Lenient):
    n_decoded: int = 0


class Slot(Lenient):
    """One of the answer of ``GET /slots``, which always needs the key."""

    id: int = 0
    id_task: int = -1
    is_processing: bool = False
    n_prompt_tokens_processed: int = 0
    next_token: tuple[NextToken, ...] = ()

    @property
    def counters(self) -> tuple[int, ...]:
        """What grows while the slot works."""
        decoded = sum(token.n_decoded for token in self.next_token)
        return self.id, self.id_task, self.n_prompt_tokens_processed, decoded


class SamplingParams(Lenient):
    """The engine's own sampling; computed in 32 bits, so 0.95 arrives as 0.949999988."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    seed: int | None = None

    def typed(self) -> Sampling:
        """A limit or seed that means "none" or "random" is no value.

        Raises ValidationError for values no request could ask for.
        """
        return Sampling(
            max_tokens=_positive(self.max_tokens),
            temperature=_short(self.temperature),
            top_p=_short(self.top_p),
            top_k=None if self.top_k is None else max(self.top_k, 0),
            min_p=_short(self.min_p),
            seed=None if self.seed == RANDOM_SEED else self.seed,
        )


class GenerationSettings(Lenient):
    n_ctx: int | None = None
    params: SamplingParams = SamplingParams()


class Modalities(Lenient):
    vision: bool = False


class Props(Lenient):
    """The answer of ``GET /props``, which always needs the key."""

    default_generation_settings: GenerationSettings = GenerationSettings()
    modalities: Modalities = Modalities()


def _positive(number: int | None) -> int | None:
    return number if number is not None and number > 0 else None


def _short(number: float | None) -> float | None:
    return None if number is None else max(float(f"{number:.4g}"), 0.0)
