"""Only harmless flags reach llama-server, however they are spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.infrastructure.llama.launch.extra_arguments import ALLOWED, HAS_SETTING, checked_arguments
from tray.models.failure import FailureCause, PaddockError


@pytest.mark.parametrize(
    ("given_arguments", "expected"),
    [
        ((), ()),
        (("--temp", "0.2"), ("--temperature", "0.2")),
        (("--temp=0.2",), ("--temperature", "0.2")),
        (("--top_k=40",), ("--top-k", "40")),
        (("-s", "-1"), ("--seed", "-1")),
        (("--seed=-1",), ("--seed", "-1")),
        (("--n-predict", "-2"), ("--n-predict", "-2")),
        (("--yarn-ext-factor", "-1.0"), ("--yarn-ext-factor", "-1.0")),
        (("--metrics", "--no-warmup"), ("--metrics", "--no-warmup")),
        (("-ts", "3,1", "-sm", "row"), ("--tensor-split", "3,1", "--split-mode", "row")),
        (("--chat-template={{ a == b }}",), ("--chat-template", "{{ a == b }}")),
        (("--override-kv", "a=int:1"), ("--override-kv", "a=int:1")),
        (("--logit-bias", "15-1"), ("--logit-bias", "15-1")),
    ],
)
def test_allowed(given_arguments: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert checked_arguments(given_arguments) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ("--host", "0.0.0.0"),
        ("--host=0.0.0.0",),
        ("--HOST", "0.0.0.0"),
        ("--port", "1"),
        ("--api-key", "x"),
        ("--api_key=x",),
        ("--api-key-file", "/etc/passwd"),
        ("--model", "/x"),
        ("-m", "/x"),
        ("-m=/x",),
        ("-m/x",),
        ("--alias", "x"),
        ("--ui",),
        ("--webui",),
        ("--cors-origins", "*"),
        ("--cors_origins=*",),
        ("--path", "/"),
        ("--media-path", "/"),
        ("--tools", "all"),
        ("--tools-runtime", "ssh:x"),
        ("--agent",),
        ("-ag",),
        ("--mcp-servers-config", "/x"),
        ("--mcp_servers_json={}",),
        ("--ui-mcp-proxy",),
        ("--log-file", "/x"),
        ("--slot-save-path", "/x"),
        ("--ssl-key-file", "/x"),
        ("--lora", "/x"),
        ("--mmproj-url", "http://x"),
        ("-hf", "a/b"),
        ("--hf-repo", "a/b"),
        ("--model-url", "http://x"),
        ("--rpc", "1.2.3.4:5"),
        ("--models-dir", "/"),
        ("--log-prompts-dir", "/x"),
        ("--gpt-oss-20b-default",),
        ("--chat-template-file", "/etc/passwd"),
        ("--grammar-file", "/etc/passwd"),
        ("--help",),
        ("--list-devices",),
        ("--completion-bash",),
        ("-c4096",),
        ("-n5",),
        ("loose",),
        ("",),
        ("-",),
        ("--",),
        ("--temp",),
        ("--temp", "--host"),
        ("--temp", "-c"),
        ("--metrics=1",),
        ("--temp", "0", "1"),
        ("--chat-template", "a\0b"),
        ("--chat-template", "\udcff"),
        ("–host", "0.0.0.0"),
        (" --host", "0.0.0.0"),
    ],
)
def test_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(PaddockError) as caught:
        checked_arguments(arguments)
    assert caught.value.failure.cause is FailureCause.BAD_CONFIGURATION
    assert "server.extra_arguments" in caught.value.failure.detail


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-c", "4096"), "use server.context_size"),
        (("--api_key=x",), "use api.key"),
        (("-n5",), "-n and its value"),
        (("-c4096",), "-c and its value"),
        (("--agent",), "'--agent' is not allowed"),
        (("--agent x",), "'--agent x' is not allowed"),
        (("--temp 0.2",), "'--temp 0.2' is not understood; write it as two: --temp and its value"),
        (("-c 4096",), "-c has a setting of its own: use server.context_size"),
        (("--temp",), "--temperature needs a value"),
        (("--metrics=1",), "--metrics takes no value"),
    ],
)
def test_the_reason_names_the_argument_and_what_to_do(
    arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(PaddockError, match=words):
        checked_arguments(arguments)


def test_no_flag_is_both_allowed_and_managed() -> None:
    assert not ALLOWED.keys() & HAS_SETTING.keys()


PIECES = st.sampled_from(
    [*ALLOWED, *HAS_SETTING, "--host", "--tools", "--agent", "-m/x", "0", "-1", "all", "--x=y", ""]
)


@given(st.lists(PIECES | st.text(max_size=12), max_size=6))
def test_whatever_passes_holds_only_allowed_flags(arguments: list[str]) -> None:
    try:
        passed = checked_arguments(tuple(arguments))
    except PaddockError:
        return
    position = 0
    while position < len(passed):
        flag = ALLOWED[passed[position]]
        assert flag.name == passed[position]
        position += 1 + flag.values
    assert position == len(passed)
