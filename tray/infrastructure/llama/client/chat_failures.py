"""Why an answer did not come, or stopped, in words for the user."""

from pydantic import ValidationError

from tray.infrastructure.llama.client.wire import Error, ErrorBody
from tray.models.failure import FailureCause, ServerFailure

STREAM_CUT = FailureCause.STREAM_CUT


def unreachable() -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.ENGINE_UNREACHABLE,
        title="The engine does not answer",
        detail="It may just have stopped. Start the engine and send the message again.",
    )


def cut(reason: str) -> ServerFailure:
    """The connection ended before the engine said that it was done."""
    return ServerFailure(
        cause=STREAM_CUT,
        title="The answer was cut",
        detail="The engine ended the connection before the answer was complete. "
        "What came is kept; send the message again for a whole answer.",
        log_lines=(reason,) if reason else (),
    )


def error_event(message: str) -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.REQUEST_REFUSED,
        title="The engine reported an error while answering",
        detail=message,
    )


def not_a_stream(reason: str) -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.REQUEST_REFUSED,
        title="The engine's answer cannot be read",
        detail=f"It is not a chat stream as llama.cpp sends it: {reason}.",
    )


def refused(status: int, body: bytes) -> ServerFailure:
    """An HTTP error before the stream; ``body`` is llama.cpp's JSON, or anything."""
    try:
        error = ErrorBody.model_validate_json(body).error
    except ValidationError:
        error = Error(message=f"HTTP status {status}")
    if error.n_prompt_tokens is not None and error.n_ctx is not None:
        return _too_long(error.n_prompt_tokens, error.n_ctx)
    return ServerFailure(
        cause=FailureCause.REQUEST_REFUSED,
        title="The engine refused the message",
        detail=error.message,
    )


def _too_long(prompt: int, context: int) -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.REQUEST_REFUSED,
        title="The chat is too long for this model",
        detail=f"With your message it has {prompt:,} tokens; the model was started with a context "
        f"of {context:,}. Begin a new chat, send less, or start the model with a longer context.",
    )
