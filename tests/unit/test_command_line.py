"""The exact command line of a llama-server executable."""

from __future__ import annotations

import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tray.infrastructure.llama.bundled.launch import bundled_settings
from tray.infrastructure.llama.bundled.settings import BundledSettings
from tray.infrastructure.llama.launch.checks import check_gpu_layers, check_values
from tray.infrastructure.llama.launch.command_line import command_display, executable_argv
from tray.models.config import EngineKind, FlashAttention, KvCacheType, LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.models.state import CpuFallback, EngineInfo

MANAGED = (
    *("--model", "/m/a b.gguf", "--alias", "a b", "--host", "127.0.0.1", "--port", "4711"),
    *("--cors-origins", "localhost", "--no-ui", "--offline", "--log-colors", "off"),
)
EVERYTHING = LlamaCppConfig(
    context_size=8192,
    gpu_layers=20,
    threads=3,
    batch_size=1024,
    micro_batch_size=256,
    flash_attention=FlashAttention.ON,
    cache_type_k=KvCacheType.Q8_0,
    cache_type_v=KvCacheType.Q4_0,
    margin=256,
    parallel_slots=2,
    idle_unload=300,
    extra_arguments=("--temp=0",),
)


def argv(config: LlamaCppConfig) -> tuple[str, ...]:
    return executable_argv(
        config,
        executable=Path("/bin/llama-server"),
        model=Path("/m/a b.gguf"),
        alias="a b",
        port=4711,
    )


def test_what_is_left_to_the_engine_is_left_out() -> None:
    assert argv(LlamaCppConfig()) == ("/bin/llama-server", "--parallel", "1", *MANAGED)


def test_every_setting_has_its_flag_and_managed_ones_come_last() -> None:
    assert argv(EVERYTHING) == (
        "/bin/llama-server",
        *("--ctx-size", "8192", "--n-gpu-layers", "20", "--threads", "3"),
        *("--batch-size", "1024", "--ubatch-size", "256", "--flash-attn", "on"),
        *("--cache-type-k", "q8_0", "--cache-type-v", "q4_0"),
        *("--fit-target", "256", "--parallel", "2"),
        *("--sleep-idle-seconds", "300", "--temperature", "0"),
        *MANAGED,
    )


def test_no_gpu_layers_is_not_the_same_as_auto() -> None:
    assert argv(LlamaCppConfig(gpu_layers=0))[1:3] == ("--n-gpu-layers", "0")


def test_the_command_line_can_be_pasted_into_a_shell() -> None:
    command = argv(EVERYTHING)
    assert shlex.split(command_display(command, "linux")) == list(command)
    assert "'/m/a b.gguf'" in command_display(command, "win32")


@pytest.mark.skipif(sys.platform != "linux", reason="needs bash")
def test_a_command_line_is_shown_without_what_commands_a_terminal_and_means_the_same() -> None:
    told = ("x\x1b[31m'\\e\x07f", "line\nend\ttab", "\u202efgg.ugug", "é 🦙", "plain", "")
    line = command_display(("printf", "%s\\0", *told), "linux")
    assert all(letter.isprintable() or letter in "\n\t" for letter in line)
    assert subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout == (
        "".join(f"{text}\0" for text in told).encode()
    )


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (LlamaCppConfig(micro_batch_size=4096), "server.micro_batch_size"),
        (LlamaCppConfig(batch_size=128, micro_batch_size=256), "Make it 128 or less"),
        (
            LlamaCppConfig(flash_attention=FlashAttention.OFF, cache_type_v=KvCacheType.Q8_0),
            "needs flash attention",
        ),
        (LlamaCppConfig(alias="a,b"), "comma"),
        (LlamaCppConfig(alias=" a"), "space"),
        (LlamaCppConfig(alias="a\nb"), "control"),
    ],
)
def test_contradictions_are_refused(config: LlamaCppConfig, words: str) -> None:
    with pytest.raises(PaddockError, match=words) as caught:
        check_values(config)
    assert caught.value.failure.cause is FailureCause.BAD_CONFIGURATION


@pytest.mark.parametrize(
    "config",
    [
        LlamaCppConfig(),
        LlamaCppConfig(batch_size=4096, micro_batch_size=4096),
        LlamaCppConfig(flash_attention=FlashAttention.OFF, cache_type_k=KvCacheType.Q8_0),
        LlamaCppConfig(cache_type_v=KvCacheType.Q8_0, alias="Qwen 3 – 8B"),
    ],
)
def test_values_that_go_together(config: LlamaCppConfig) -> None:
    check_values(config)


@pytest.mark.parametrize(
    ("layers", "device", "refused"),
    [(5, "CPU", True), (0, "CPU", False), (5, "NVIDIA H100", False), (5, None, False)],
)
def test_gpu_layers_need_a_gpu(layers: int, device: str | None, refused: bool) -> None:
    config = LlamaCppConfig(gpu_layers=layers)
    engine = EngineInfo(kind=EngineKind.EXECUTABLE, device=device)
    if not refused:
        check_gpu_layers(config, engine)
        return
    with pytest.raises(PaddockError, match=r"server\.gpu_layers is 5"):
        check_gpu_layers(config, engine)


def test_gpu_layers_on_a_gpu_that_fails_are_refused_with_the_engines_words() -> None:
    fallback = CpuFallback(reason="No driver.", advice="Get one.", log_lines=("no driver",))
    engine = EngineInfo(kind=EngineKind.EXECUTABLE, device="CPU", cpu_fallback=fallback)
    with pytest.raises(PaddockError) as caught:
        check_gpu_layers(LlamaCppConfig(gpu_layers=5), engine)
    failure = caught.value.failure
    assert failure.cause is FailureCause.GPU_BACKEND_FAILED
    assert "No driver. Get one." in failure.detail
    assert failure.log_lines == ("no driver",)
    check_gpu_layers(LlamaCppConfig(), engine)


def test_the_log_tells_buffers_only_where_asked_and_the_user_may_overrule_it() -> None:
    config = LlamaCppConfig(extra_arguments=("--verbosity", "2"))
    told = executable_argv(
        config, executable=Path("/x"), model=Path("/m"), alias="a", port=1, tells_buffers=True
    )
    levels = [value for name, value in pairwise(told) if name == "--verbosity"]
    assert levels == ["4", "2"]
    silent = executable_argv(config, executable=Path("/x"), model=Path("/m"), alias="a", port=1)
    assert silent.count("--verbosity") == 1


def bundled(config: LlamaCppConfig) -> BundledSettings:
    return bundled_settings(config, model=Path("/m/é.gguf"), alias="demo", port=4711)


def test_bundled_settings_survive_the_way_over_argv() -> None:
    settings = bundled(LlamaCppConfig(context_size=1024, threads=1, margin=0))
    text = settings.to_json()
    assert text.isascii()
    assert BundledSettings.from_json(text) == settings


def test_bundled_settings_are_shown() -> None:
    display = bundled(LlamaCppConfig(context_size=1024, threads=1)).display
    assert display == (
        "bundled engine: model /m/é.gguf, alias demo, port 4711, ctx-size 1024, threads 1, "
        "flash-attn auto, cache-type-k f16, cache-type-v f16, parallel 1, n-gpu-layers 0"
    )


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (LlamaCppConfig(extra_arguments=("--temp", "0")), "extra arguments"),
        (LlamaCppConfig(gpu_layers=5), "server.gpu_layers is 5"),
    ],
)
def test_what_the_bundled_engine_cannot_do_is_refused(config: LlamaCppConfig, words: str) -> None:
    with pytest.raises(PaddockError, match=words) as caught:
        bundled(config)
    assert caught.value.failure.cause is FailureCause.BAD_CONFIGURATION


def test_the_bundled_engine_takes_auto_and_no_gpu_layers() -> None:
    assert bundled(LlamaCppConfig(gpu_layers=0)) == bundled(LlamaCppConfig())
