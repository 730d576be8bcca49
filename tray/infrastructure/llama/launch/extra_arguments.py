"""Pure: which extra arguments of the user's settings reach ``llama-server``.

An allow-list of harmless flags of b11434 by canonical name. Everything that opens
the machine, reads or writes other files, downloads, or decides what Paddock itself
manages is refused, whatever way it is spelled.
"""

import re
from dataclasses import dataclass

from tray.infrastructure.llama.failures.refusal import refusal
from tray.models.failure import FailureCause, PaddockError


@dataclass(frozen=True)
class Flag:
    """``values`` counts the arguments the flag takes (0 or 1)."""

    name: str
    values: int
    aliases: tuple[str, ...] = ()


ONE_VALUE = """
--threads-batch -tb | --cpu-mask -C | --cpu-range -Cr | --cpu-strict | --prio | --poll
--cpu-mask-batch -Cb | --cpu-range-batch -Crb | --cpu-strict-batch | --prio-batch | --poll-batch
--n-predict -n --predict | --keep | --rope-scaling | --rope-scale | --rope-freq-base
--rope-freq-scale | --yarn-orig-ctx | --yarn-ext-factor | --yarn-attn-factor
--yarn-beta-slow | --yarn-beta-fast | --load-mode -lm | --lazy-mode -lzm | --numa | --device -dev
--override-tensor -ot | --n-cpu-moe -ncmoe | --n-cpu-ffn -ncffn | --split-mode -sm
--tensor-split -ts | --main-gpu -mg | --fit -fit | --fit-ctx -fitc
--override-kv | --verbosity -lv --log-verbosity | --samplers | --seed -s
--sampler-seq --sampling-seq | --temperature --temp | --top-k | --top-p | --min-p
--top-n-sigma --top-nsigma | --xtc-probability | --xtc-threshold | --typical-p --typical
--repeat-last-n | --repeat-penalty | --presence-penalty | --frequency-penalty
--dry-multiplier | --dry-base | --dry-allowed-length | --dry-penalty-last-n
--dry-sequence-breaker | --adaptive-target | --adaptive-decay | --dynatemp-range | --dynatemp-exp
--mirostat | --mirostat-lr | --mirostat-ent | --logit-bias -l | --kv-unified-per-slot
--ctx-checkpoints -ctxcp --swa-checkpoints | --checkpoint-min-step -cms | --cache-ram -cram
--pooling | --image-min-tokens | --image-max-tokens | --timeout -to | --sse-ping-interval
--threads-http | --cache-reuse | --reasoning-format | --reasoning -rea | --reasoning-effort
--reasoning-budget | --reasoning-budget-message | --chat-template | --chat-template-kwargs
--slot-prompt-similarity -sps | --grammar | --json-schema -j
"""
NO_VALUE = """
--swa-full | --perf | --no-perf | --escape -e | --no-escape | --kv-offload -kvo
--no-kv-offload -nkvo | --repack | --no-repack -nr | --no-host | --cpu-moe -cmoe
--check-tensors | --op-offload | --no-op-offload | --ignore-eos | --backend-sampling -bs
--kv-unified -kvu | --no-kv-unified -no-kvu | --cache-idle-slots | --no-cache-idle-slots
--context-shift | --no-context-shift | --special -sp | --warmup | --no-warmup | --spm-infill
--no-mmproj --no-mmproj-auto | --mmproj-offload | --no-mmproj-offload
--cont-batching -cb | --no-cont-batching -nocb | --cache-prompt | --no-cache-prompt
--jinja | --skip-chat-parsing | --no-skip-chat-parsing | --prefill-assistant
--no-prefill-assistant | --reasoning-preserve | --no-reasoning-preserve | --metrics
--verbose -v --log-verbose
"""
# Flags that have a setting of their own; both spellings would contradict each other.
SETTINGS = {
    "server.alias": ("--alias", "-a"),
    "server.batch_size": ("--batch-size", "-b"),
    "server.cache_type_k": ("--cache-type-k", "-ctk"),
    "server.cache_type_v": ("--cache-type-v", "-ctv"),
    "server.context_size": ("--ctx-size", "-c"),
    "server.flash_attention": ("--flash-attn", "-fa"),
    "server.gpu_layers": ("--n-gpu-layers", "--gpu-layers", "-ngl"),
    "server.idle_unload": ("--sleep-idle-seconds",),
    "server.margin": ("--fit-target", "-fitt"),
    "server.micro_batch_size": ("--ubatch-size", "-ub"),
    "server.model_path": ("--model", "-m"),
    "server.parallel_slots": ("--parallel", "-np"),
    "server.port": ("--port",),
    "server.threads": ("--threads", "-t"),
    "api.key": ("--api-key", "--api-key-file"),
}
NUMBER = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


def _table(text: str, values: int) -> dict[str, Flag]:
    table = {}
    for entry in text.replace("\n", " | ").split("|"):
        names = entry.split()
        if names:
            flag = Flag(names[0], values, tuple(names[1:]))
            table.update(dict.fromkeys(names, flag))
    return table


ALLOWED = _table(ONE_VALUE, 1) | _table(NO_VALUE, 0)
HAS_SETTING = {name: setting for setting, names in SETTINGS.items() for name in names}


def checked_arguments(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments with canonical names, ``--x=y`` taken apart.

    ``llama-server`` itself knows neither ``--x=y`` nor attached short forms
    (``-n5``); the first is translated, the second refused. Raises PaddockError
    naming the argument.
    """
    result: list[str] = []
    position = 0
    while position < len(arguments):
        flag, attached = _flag(arguments[position])
        position += 1
        result.append(flag.name)
        if flag.values == 0:
            if attached is not None:
                raise _refused(f"{flag.name} takes no value, but was given {attached!r}.")
            continue
        if attached is None:
            attached = _value(flag, arguments[position:])
            position += 1
        result.append(_clean(flag, attached))
    return tuple(result)


def _flag(argument: str) -> tuple[Flag, str | None]:
    name, equals, value = argument.partition("=")
    if name.startswith("--"):
        # llama-server itself takes "_" for "-" in long names.
        name = name.replace("_", "-")
    if name in HAS_SETTING:
        raise _refused(f"{name} has a setting of its own: use {HAS_SETTING[name]}.")
    flag = ALLOWED.get(name)
    if flag is None:
        raise _refused(_unknown(argument))
    return flag, value if equals else None


def _unknown(argument: str) -> str:
    if not argument.startswith("-"):
        return f"{argument!r} is no argument. {ALLOWED_WORDS}"
    # A line as one types it in a terminal.
    first = argument.split(maxsplit=1)[0]
    if first != argument and first in HAS_SETTING:
        return f"{first} has a setting of its own: use {HAS_SETTING[first]}."
    if first != argument and first in ALLOWED:
        return f"{argument!r} is not understood; write it as two: {first} and its value."
    attached = next((name for name in _short_names() if argument.startswith(name)), None)
    if attached and NUMBER.match(argument[len(attached) :]):
        return f"{argument!r} is not understood; write it as two: {attached} and its value."
    return f"{argument!r} is not allowed. {ALLOWED_WORDS}"


ALLOWED_WORDS = (
    "Allowed are flags for sampling, threads, memory, devices, context extension, reasoning and "
    "templates by text; not files, downloads, addresses, keys, web pages, tools or agents."
)


def _short_names() -> list[str]:
    names = (name for name in (*ALLOWED, *HAS_SETTING) if not name.startswith("--"))
    return sorted(names, key=len, reverse=True)


def _value(flag: Flag, rest: tuple[str, ...]) -> str:
    if not rest:
        raise _refused(f"{flag.name} needs a value.")
    if rest[0].startswith("-") and not NUMBER.match(rest[0]):
        raise _refused(f"{flag.name} needs a value, but {rest[0]!r} follows.")
    return rest[0]


def _clean(flag: Flag, value: str) -> str:
    try:
        usable = b"\0" not in value.encode()
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise _refused(f"The value of {flag.name} is not valid text.")
    return value


def _refused(reason: str) -> PaddockError:
    return refusal(
        FailureCause.BAD_CONFIGURATION,
        "An extra argument is refused",
        f"server.extra_arguments: {reason}",
    )
