"""How an engine ended -> why, in words. Log lines are llama.cpp b11434's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.infrastructure.llama.failures.exit_codes import exit_words
from tray.infrastructure.llama.failures.explain import explain_exit
from tray.models.config import EngineKind
from tray.models.failure import FailureCause
from tray.models.launch import ExitStatus, LaunchSpec
from tray.models.state import EngineInfo, ModelId

KEY = "secret-key-of-this-launch"
SPEC = LaunchSpec(
    argv=("/opt/llama-server", "--port", "4711"),
    environment={"LLAMA_API_KEY": KEY},
    working_directory=Path("/data"),
    port=4711,
    api_key=KEY,
    alias="tiny",
    engine=EngineInfo(kind=EngineKind.EXECUTABLE, path=Path("/opt/llama-server")),
    model=ModelId(name="tiny", path=Path("/m/tiny.gguf")),
    display="",
)
LOADING = "0.00.004 I srv    load_model: loading model '/m/tiny.gguf'"
GAVE_UP = (
    "0.00.007 E llama_model_load_from_file_impl: failed to load model",
    (
        "0.00.007 E common_fit_params: encountered an error while trying to fit params to free "
        "device memory: failed to load model"
    ),
    "0.00.007 E srv    load_model: failed to load model, '/m/tiny.gguf'",
    "0.00.007 E srv          init: exiting due to model loading error",
)
FAILED = ExitStatus(code=1)
ABORTED = ExitStatus(signal=6)


@pytest.mark.parametrize(
    ("line", "cause", "words"),
    [
        (
            "E llama_model_load: error loading model: unknown model architecture: 'zlama'",
            FailureCause.MODEL_UNSUPPORTED,
            "'zlama'",
        ),
        (
            (
                "E llama_model_load: error loading model: error loading model vocabulary: "
                "unknown pre-tokenizer type: 'newest'"
            ),
            FailureCause.MODEL_UNSUPPORTED,
            "'newest'",
        ),
        (
            (
                "E gguf_init_from_reader: this GGUF file is version 99 but this software only "
                "supports up to version 3"
            ),
            FailureCause.MODEL_UNSUPPORTED,
            "version 99",
        ),
        (
            (
                "E llama_model_load: error loading model: tensor 'blk.1.ffn_up.weight' data is not "
                "within the file bounds, model is corrupted or incomplete"
            ),
            FailureCause.MODEL_CORRUPT,
            "blk.1.ffn_up.weight",
        ),
        (
            "E gguf_init_from_reader: failed to read key-value pairs",
            FailureCause.MODEL_CORRUPT,
            "key-value",
        ),
        (
            "E gguf_init_from_reader: invalid magic characters: 'NOPE', expected 'GGUF'",
            FailureCause.MODEL_CORRUPT,
            "NOPE",
        ),
        (
            (
                "E gguf_init_from_reader: tensor 'blk.0.attn_q.weight' has invalid ggml type 200. "
                "should be in [0, 43)"
            ),
            FailureCause.MODEL_UNSUPPORTED,
            "ggml type 200",
        ),
        (
            (
                "E llama_model_load: error loading model: check_tensor_dims: tensor "
                "'token_embd.weight' not found"
            ),
            FailureCause.MODEL_CORRUPT,
            "token_embd.weight",
        ),
        (
            (
                "E llama_model_load: error loading model: error loading model hyperparameters: key "
                "not found in model: llama.block_count"
            ),
            FailureCause.MODEL_CORRUPT,
            "llama.block_count",
        ),
        (
            "E gguf_init_from_file: failed to open GGUF file '/m/tiny.gguf' (Permission denied)",
            FailureCause.MODEL_UNREADABLE,
            "/m/tiny.gguf: Permission denied",
        ),
        (
            "E llama_init_from_model: quantized V cache requires flash_attn to be enabled",
            FailureCause.BAD_CONFIGURATION,
            "server.cache_type_v",
        ),
        (
            "E llama_init_from_model: failed to initialize the context: std::bad_alloc",
            FailureCause.MODEL_TOO_LARGE,
            "server.context_size",
        ),
        (
            (
                "E ggml_backend_cuda_buffer_type_alloc_buffer: allocating 9120.50 MiB on device 0: "
                "cudaMalloc failed: out of memory"
            ),
            FailureCause.MODEL_TOO_LARGE,
            "9,120 MiB",
        ),
        (
            "E ggml_vulkan: Device memory allocation of size 8589934592 failed.",
            FailureCause.MODEL_TOO_LARGE,
            "8,192 MiB",
        ),
        (
            (
                "E ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size "
                "68719476736"
            ),
            FailureCause.MODEL_TOO_LARGE,
            "65,536 MiB",
        ),
        (
            "E llama_model_load: error loading model: something nobody has seen",
            FailureCause.MODEL_UNSUPPORTED,
            "something nobody has seen",
        ),
        ("nothing else", FailureCause.MODEL_UNSUPPORTED, "/m/tiny.gguf"),
    ],
)
def test_a_model_that_cannot_load_is_not_tried_again(
    line: str, cause: FailureCause, words: str
) -> None:
    failure, retryable = explain_exit(FAILED, (LOADING, line, *GAVE_UP), SPEC)
    assert failure.cause is cause
    assert words in failure.detail
    assert line in failure.log_lines
    assert not retryable


PROJECTOR_GAVE_UP = (
    "E gguf_init_from_reader: failed to read tensor data",
    "E srv    load_model: failed to load multimodal model, '/m/mmproj-tiny.gguf'",
    GAVE_UP[-1],
)
OTHER_WIDTH = (
    "E mtmd_init_from_file: error: mismatch between text model (n_embd = 128) and mmproj "
    "(n_embd = 256)"
)
NO_MEMORY = (
    "E ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 68719476736"
)


@pytest.mark.parametrize(
    ("line", "title", "words"),
    [
        ("I clip_ctx: CLIP using CPU backend", "The projector cannot be loaded", "is damaged"),
        (OTHER_WIDTH, "The projector belongs to another model", "width 256 see images"),
        (NO_MEMORY, "Not enough memory for the model", "65,536 MiB"),
    ],
)
def test_a_projector_is_told_from_its_model(line: str, title: str, words: str) -> None:
    spec = SPEC.model_copy(update={"projector": Path("/m/mmproj-tiny.gguf")})
    failure, retryable = explain_exit(FAILED, (LOADING, line, *PROJECTOR_GAVE_UP), spec)
    assert (failure.title, retryable) == (title, False)
    assert words in failure.detail
    assert ("/m/mmproj-tiny.gguf" in failure.detail) is ("projector" in title)


@pytest.mark.parametrize(
    ("status", "line", "cause", "words", "again"),
    [
        (
            FAILED,
            "E srv start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 4711",
            FailureCause.PORT_TAKEN,
            "4711",
            True,
        ),
        (
            ExitStatus(code=127),
            (
                "/opt/llama-server: error while loading shared libraries: libcudart.so.12: cannot "
                "open shared object file: No such file or directory"
            ),
            FailureCause.LIBRARY_MISSING,
            "libcudart.so.12",
            False,
        ),
        (
            ABORTED,
            "dyld[71]: Library not loaded: @rpath/libggml.dylib",
            FailureCause.LIBRARY_MISSING,
            "@rpath/libggml.dylib",
            False,
        ),
        (
            FAILED,
            "bundled engine: xllamacpp cannot be loaded: No module named 'xllamacpp'",
            FailureCause.LIBRARY_MISSING,
            "No module named 'xllamacpp'",
            False,
        ),
        (
            FAILED,
            "error: invalid argument: --cors-origins",
            FailureCause.BAD_CONFIGURATION,
            "--cors-origins",
            False,
        ),
        (
            FAILED,
            'error while handling argument "--seed": stoi',
            FailureCause.BAD_CONFIGURATION,
            "--seed cannot be used: stoi",
            False,
        ),
        (
            ABORTED,
            "CUDA error: the provided PTX was compiled with an unsupported toolchain.",
            FailureCause.GPU_BACKEND_FAILED,
            "Update the driver, or use the Vulkan build",
            False,
        ),
        (
            ABORTED,
            "CUDA error: an illegal memory access was encountered",
            FailureCause.GPU_BACKEND_FAILED,
            "illegal memory access",
            True,
        ),
        (
            ABORTED,
            "terminate called after throwing an instance of 'vk::DeviceLostError'",
            FailureCause.GPU_BACKEND_FAILED,
            "vk::DeviceLostError",
            True,
        ),
    ],
)
def test_other_endings_the_log_explains(
    status: ExitStatus, line: str, cause: FailureCause, words: str, again: bool
) -> None:
    failure, retryable = explain_exit(status, (LOADING, line), SPEC)
    assert (failure.cause, retryable) == (cause, again)
    assert words in failure.detail


@pytest.mark.parametrize(
    ("status", "cause", "words", "again"),
    [
        (ExitStatus(signal=9), FailureCause.KILLED_FOR_MEMORY, "memory", True),
        (ExitStatus(signal=9, for_memory=True), FailureCause.KILLED_FOR_MEMORY, "memory", True),
        (ExitStatus(signal=9, for_memory=False), FailureCause.ENDED_FROM_OUTSIDE, "SIGKILL", True),
        (ExitStatus(signal=11), FailureCause.CRASHED, "SIGSEGV", True),
        (ExitStatus(signal=6), FailureCause.CRASHED, "SIGABRT", True),
        (ExitStatus(signal=4), FailureCause.CRASHED, "SIGILL", True),
        (ExitStatus(signal=15), FailureCause.ENDED_FROM_OUTSIDE, "SIGTERM", True),
        (ExitStatus(signal=2), FailureCause.ENDED_FROM_OUTSIDE, "SIGINT", True),
        (ExitStatus(guard_lost=True), FailureCause.ENDED_FROM_OUTSIDE, "watches", True),
        (ExitStatus(code=0), FailureCause.ENDED_FROM_OUTSIDE, "good order", True),
        (ExitStatus(code=3), FailureCause.CRASHED, "exit code 3", True),
        (ExitStatus(), FailureCause.CRASHED, "did not say", True),
        (ExitStatus(code=127), FailureCause.LIBRARY_MISSING, "/opt/llama-server", False),
        (ExitStatus(code=126), FailureCause.BINARY_WRONG_ARCHITECTURE, "build for this", False),
        (ExitStatus(code=0xC0000135), FailureCause.LIBRARY_MISSING, "misses a DLL", False),
        (ExitStatus(code=-1073741515), FailureCause.LIBRARY_MISSING, "0xC0000135", False),
        (ExitStatus(code=18446744072635810101), FailureCause.LIBRARY_MISSING, "DLL", False),
        (ExitStatus(code=0xC000007B), FailureCause.BINARY_WRONG_ARCHITECTURE, "32-bit", False),
        (ExitStatus(code=0xC0000005), FailureCause.CRASHED, "access violation", True),
        (ExitStatus(code=0xC000013A), FailureCause.ENDED_FROM_OUTSIDE, "Ctrl-C", True),
        (ExitStatus(code=0xC0000017), FailureCause.KILLED_FOR_MEMORY, "memory", True),
        (ExitStatus(code=0xC0FFEE00), FailureCause.CRASHED, "0xC0FFEE00", True),
    ],
)
def test_endings_without_a_word_in_the_log(
    status: ExitStatus, cause: FailureCause, words: str, again: bool
) -> None:
    failure, retryable = explain_exit(status, (LOADING,), SPEC)
    assert (failure.cause, retryable) == (cause, again)
    assert words in failure.detail
    assert not any(len(word) > 15 and word.isdigit() for word in failure.detail.split())


def test_a_signal_from_outside_outweighs_old_complaints_in_the_log() -> None:
    old = "E ggml_vulkan: Device memory allocation of size 1048576 failed."
    failure, _ = explain_exit(ExitStatus(signal=15), (old,), SPEC)
    assert failure.cause is FailureCause.ENDED_FROM_OUTSIDE


def test_the_last_lines_travel_without_the_key() -> None:
    lines = tuple(f"line {number} {KEY}" for number in range(50))
    failure, _ = explain_exit(ABORTED, lines, SPEC)
    assert failure.log_lines[-1] == "line 49 [key]"
    assert len(failure.log_lines) == 20


def test_the_line_that_tells_is_shown_however_much_follows() -> None:
    telling = "E ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 1"
    lines = ("first", telling, *(f"later {number}" for number in range(90)))
    failure, _ = explain_exit(FAILED, lines, SPEC)
    assert failure.log_lines[0] == telling
    assert len(failure.log_lines) == 20


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended with exit code 0"),
        (-9, "was ended by SIGKILL"),
        (-63, "was ended by signal 63"),
        (-1073741819, "accessed memory it may not (access violation) (0xC0000005)"),
        (0x80000003, "ended with 0x80000003"),
    ],
)
def test_exit_words(code: int, words: str) -> None:
    assert exit_words(code) == words
