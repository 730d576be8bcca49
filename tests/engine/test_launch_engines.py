"""What prepared launches do in both real engines: keys, origins, settings, failures."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import fit_models
from tests.engine.launches import DEMO, TIME_LIMIT, preparer, running
from tests.requirements import need_llama_server
from tray.infrastructure.llama.failures.explain import explain_exit
from tray.infrastructure.llama.launch.command_line import executable_argv
from tray.infrastructure.llama.launch.extra_arguments import ALLOWED
from tray.models.config import EngineKind, FlashAttention, KvCacheType, LlamaCppConfig
from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import ExitStatus, LaunchSpec

pytestmark = pytest.mark.engine
NOBODY_HAS = (1 << 20) - 1
ENGINES = (EngineKind.BUNDLED, EngineKind.EXECUTABLE)
HOSTILE = {
    "LLAMA_ARG_HOST": "0.0.0.0",
    "LLAMA_ARG_CTX_SIZE": "512",
    "LLAMA_ARG_TOOLS": "all",
    "LLAMA_API_KEY": "known-to-others",
    "GGML_BACKEND_PATH": "/nowhere.so",
    "PYTHONPATH": "/nowhere",
    "PYTHONSTARTUP": "/nowhere.py",
}
Prepare = Callable[..., LaunchSpec]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> EngineKind:
    return EngineKind(request.param)


@pytest.fixture
def prepare(tmp_path: Path, engine: EngineKind) -> Prepare:
    server = need_llama_server() if engine is EngineKind.EXECUTABLE else None
    made = preparer(tmp_path, {**os.environ, **HOSTILE}, server)

    def prepared(**values: object) -> LaunchSpec:
        values = {"engine": engine, "threads": 1, **values}
        return made.prepare(LlamaCppConfig.model_validate(values))

    return prepared


def test_only_our_key_and_local_pages_get_in(prepare: Prepare, tmp_path: Path) -> None:
    with running(prepare(), tmp_path) as engine:
        engine.wait_until_ready()
        assert engine.get("/slots").status == 401
        assert engine.get("/slots", Authorization="Bearer known-to-others").status == 401
        assert engine.get_with_key("/slots").status == 200
        foreign = engine.get_with_key("/slots", Origin="https://example.org")
        assert "access-control-allow-origin" not in foreign.headers
        assert engine.get("/slots", Origin="https://example.org").status == 401
        local = engine.get_with_key("/slots", Origin="http://localhost:4711")
        assert local.headers["access-control-allow-origin"] == "http://localhost:4711"
        assert "<html" not in engine.get("/").body


def test_inherited_variables_change_nothing(prepare: Prepare, tmp_path: Path) -> None:
    with running(prepare(), tmp_path) as engine:
        engine.wait_until_ready()
        properties = json.loads(engine.get_with_key("/props").body)
        assert properties["default_generation_settings"]["n_ctx"] == 1024
        assert properties["model_alias"] == "demo"
        assert engine.get_with_key("/tools").status != 200


def test_every_setting_arrives(prepare: Prepare, tmp_path: Path) -> None:
    spec = prepare(
        context_size=512,
        batch_size=128,
        micro_batch_size=64,
        flash_attention=FlashAttention.ON,
        cache_type_k=KvCacheType.Q8_0,
        cache_type_v=KvCacheType.Q8_0,
        parallel_slots=2,
        alias="Other – näme",
        gpu_layers=0,
        idle_unload=1,
    )
    with running(spec, tmp_path) as engine:
        engine.wait_until_ready()
        properties = json.loads(engine.get_with_key("/props").body)
        assert properties["total_slots"] == 2
        assert properties["default_generation_settings"]["n_ctx"] == 256
        assert properties["model_alias"] == "Other – näme"
        engine.wait_for(lambda: json.loads(engine.get_with_key("/props").body)["is_sleeping"])


@pytest.mark.parametrize(("margin", "context"), [(0, 131072), (NOBODY_HAS, 4096)])
def test_the_margin_decides_on_the_context(
    prepare: Prepare, tmp_path: Path, margin: int, context: int
) -> None:
    model = fit_models.write(tmp_path / "dense.gguf", fit_models.dense(layers=1))
    with running(prepare(model_path=model, margin=margin), tmp_path) as engine:
        engine.wait_until_ready()
        properties = json.loads(engine.get_with_key("/props").body)
        assert properties["default_generation_settings"]["n_ctx"] == context


def test_a_chat_is_answered(prepare: Prepare, tmp_path: Path) -> None:
    with running(prepare(), tmp_path) as engine:
        engine.wait_until_ready()
        body = json.dumps({"messages": [{"role": "user", "content": "hello"}], "max_tokens": 8})
        answer = subprocess.run(
            [sys.executable, "-c", ASK, engine.spec.base_url, engine.spec.api_key, body],
            capture_output=True,
            timeout=TIME_LIMIT,
            check=True,
        )
        assert json.loads(answer.stdout)["choices"][0]["message"]["content"].strip()


ASK = """
import sys, urllib.request
url, key, body = sys.argv[1:]
headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
request = urllib.request.Request(url + "/v1/chat/completions", body.encode(), headers)
print(urllib.request.urlopen(request, timeout=20).read().decode())
"""


def test_asked_to_end_it_ends(prepare: Prepare, tmp_path: Path) -> None:
    with running(prepare(), tmp_path) as engine:
        engine.wait_until_in_loop()
        engine.process.terminate()
        assert engine.process.wait(TIME_LIMIT) in (0, -signal.SIGTERM)


def test_log_lines_arrive_while_it_runs(prepare: Prepare, tmp_path: Path) -> None:
    with running(prepare(), tmp_path) as engine:
        engine.wait_for(lambda: "listening on" in engine.log)


def test_the_key_is_not_in_argv_or_log(prepare: Prepare, tmp_path: Path) -> None:
    with running(prepare(), tmp_path) as engine:
        engine.wait_until_ready()
        engine.get_with_key("/slots")
        command = Path(f"/proc/{engine.process.pid}/cmdline")
        if command.exists():
            assert engine.spec.api_key not in command.read_text()
        assert engine.spec.api_key not in engine.log


def test_a_fixed_port_can_be_used_again_at_once(prepare: Prepare, tmp_path: Path) -> None:
    port = prepare().port
    for _ in range(2):
        with running(prepare(port=port), tmp_path) as engine:
            engine.wait_until_in_loop()
            engine.process.terminate()
            engine.process.wait(TIME_LIMIT)


def changed(kind: str) -> bytes:
    """The demo model, damaged in one way that a header check does not see."""
    data = DEMO.read_bytes()
    if kind == "cut":
        return data[: len(data) * 2 // 3]
    if kind == "architecture":
        name = b"general.architecture"
        at = data.index(b"llama", data.index(name) + len(name))
        return data[:at] + b"zlama" + data[at + 5 :]
    if kind == "key":
        return data.replace(b"llama.block_count", b"llama.blxxx_count", 1)
    at = data.index(b"blk.0.attn_q.weight") + len(b"blk.0.attn_q.weight") + 4 + 16
    return data[:at] + struct.pack("<I", 200) + data[at + 4 :]


def ended(spec: LaunchSpec, folder: Path) -> tuple[ServerFailure, bool]:
    """Run a launch that ends by itself, and explain it."""
    with running(spec, folder) as engine:
        code = engine.process.wait(TIME_LIMIT)
        status = ExitStatus(code=code) if code >= 0 else ExitStatus(signal=-code)
        return explain_exit(status, tuple(engine.log.splitlines()[-20:]), spec)


@pytest.mark.parametrize(
    ("kind", "cause", "words"),
    [
        ("cut", FailureCause.MODEL_CORRUPT, "not within the file bounds"),
        ("architecture", FailureCause.MODEL_UNSUPPORTED, "'zlama'"),
        ("key", FailureCause.MODEL_CORRUPT, "llama.block_count"),
        ("type", FailureCause.MODEL_UNSUPPORTED, "invalid ggml type 200"),
    ],
)
def test_damaged_models_are_explained(
    prepare: Prepare, tmp_path: Path, kind: str, cause: FailureCause, words: str
) -> None:
    path = tmp_path / f"{kind}.gguf"
    path.write_bytes(changed(kind))
    failure, retryable = ended(prepare(model_path=path), tmp_path)
    assert (failure.cause, retryable) == (cause, False)
    assert words in failure.detail
    assert failure.log_lines


def test_a_port_taken_in_between_is_explained(prepare: Prepare, tmp_path: Path) -> None:
    spec = prepare()
    with running(spec, tmp_path) as first:
        first.wait_until_ready()
        (tmp_path / "second").mkdir()
        failure, retryable = ended(spec, tmp_path / "second")
    assert (failure.cause, retryable) == (FailureCause.PORT_TAKEN, True)


def test_a_config_file_of_the_user_changes_nothing(tmp_path: Path) -> None:
    server = need_llama_server()
    config = tmp_path / ".config" / "llama.cpp" / "config.ini"
    config.parent.mkdir(parents=True)
    config.write_text("version = 1\n[*]\nctx-size = 256\napi-key = known-to-others\n")
    environment = {**os.environ, "HOME": str(tmp_path)}
    environment.pop("XDG_CONFIG_HOME", None)
    spec = preparer(tmp_path, environment, server).prepare(
        LlamaCppConfig(engine=EngineKind.EXECUTABLE, threads=1)
    )
    with running(spec, tmp_path) as engine:
        engine.wait_until_ready()
        assert "using config file" not in engine.log
        assert engine.get("/slots", Authorization="Bearer known-to-others").status == 401


def test_llama_server_knows_every_flag(tmp_path: Path) -> None:
    known = subprocess.run(
        [need_llama_server(), "--help"], capture_output=True, text=True, check=True, timeout=20
    ).stdout
    words = set(known.replace(",", " ").replace("|", " ").split())
    everything = LlamaCppConfig(
        context_size=512,
        gpu_layers=1,
        threads=1,
        batch_size=1,
        micro_batch_size=1,
        flash_attention=FlashAttention.ON,
        cache_type_k=KvCacheType.Q8_0,
        cache_type_v=KvCacheType.Q8_0,
        idle_unload=1,
    )
    argv = executable_argv(everything, executable=Path("x"), model=tmp_path, alias="a", port=4711)
    flags = {part for part in argv if part.startswith("--")}
    assert flags - words == set()
    assert {name for name in ALLOWED if name not in words} == set()


def test_a_child_without_key_or_settings_refuses(tmp_path: Path) -> None:
    spec = preparer(tmp_path, dict(os.environ)).prepare(LlamaCppConfig())
    without_key = {k: v for k, v in spec.environment.items() if k != "LLAMA_API_KEY"}
    for argv, environment in ((spec.argv, without_key), (spec.argv[:-1], spec.environment)):
        ended_child = subprocess.run(
            argv, env=environment, capture_output=True, text=True, timeout=20, check=False
        )
        assert ended_child.returncode == 2
        assert "LLAMA_API_KEY" in ended_child.stderr
