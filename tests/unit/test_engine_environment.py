"""An engine sees only what the allow-list lets through."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.infrastructure.llama.launch.environment import allowed_environment, engine_environment

KEY = "k" * 32
HIDDEN_ARGUMENTS = [
    "LLAMA_ARG_HOST",
    "LLAMA_ARG_TOOLS",
    "LLAMA_API_KEY",
    "LLAMA_CACHE",
    "GGML_BACKEND_PATH",
    "GGML_VK_VISIBLE_DEVICES",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "HTTP_PROXY",
    "https_proxy",
    "HF_TOKEN",
    "XDG_CONFIG_HOME",
    "APPDATA",
    "VK_INSTANCE_LAYERS",
    "AWS_SECRET_ACCESS_KEY",
]


@pytest.mark.parametrize("name", HIDDEN_ARGUMENTS)
def test_hidden_arguments_are_dropped(name: str) -> None:
    assert allowed_environment({name: "x", "HOME": "/h"}) == {"HOME": "/h"}


@pytest.mark.parametrize("name", ["PATH", "LC_ALL", "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"])
def test_harmless_variables_pass(name: str) -> None:
    assert allowed_environment({name: "1"}) == {name: "1"}


def test_windows_names_pass_in_any_case() -> None:
    assert allowed_environment({"SystemRoot": "C:\\W", "Path": "C:\\"}).keys() == {
        "SystemRoot",
        "Path",
    }


def test_a_value_that_is_not_text_is_left_out() -> None:
    assert allowed_environment({"TMPDIR": "/tmp/\udcff", "HOME": "/h"}) == {"HOME": "/h"}


@pytest.mark.parametrize(
    ("system", "variable"), [("linux", "XDG_CONFIG_HOME"), ("win32", "APPDATA")]
)
def test_the_users_llama_cpp_config_file_is_out_of_reach(system: str, variable: str) -> None:
    environment = engine_environment(
        {variable: "/theirs"}, system=system, config_home=Path("/ours"), api_key=KEY
    )
    assert environment == {variable: str(Path("/ours")), "LLAMA_API_KEY": KEY}


@given(st.dictionaries(st.sampled_from(HIDDEN_ARGUMENTS) | st.text(min_size=1), st.text()))
def test_our_key_wins_whatever_is_inherited(inherited: dict[str, str]) -> None:
    environment = engine_environment(
        inherited, system="linux", config_home=Path("/ours"), api_key=KEY
    )
    hidden = {name for name in environment if name.startswith(("LLAMA_", "GGML_", "LD_"))}
    assert hidden == {"LLAMA_API_KEY"}
    assert environment["LLAMA_API_KEY"] == KEY
