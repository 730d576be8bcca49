"""Pure: the environment an engine gets, from an allow-list.

Inherited variables are hidden arguments: llama.cpp reads ``LLAMA_ARG_*``, its
backends ``GGML_*``, the loader ``LD_*`` and ``DYLD_*``, Python ``PYTHON*``. None
of them is on the list, and neither are proxies: an engine needs no network.
"""

from collections.abc import Mapping
from pathlib import Path

# Who and where.
PLACES = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TMP",
        "TEMP",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "XDG_DATA_DIRS",
        "XDG_CONFIG_DIRS",
        "XDG_RUNTIME_DIR",
    }
)
# What Windows programs need to start.
WINDOWS = frozenset(
    {
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "USERPROFILE",
        "USERNAME",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "PROGRAMDATA",
        "PROGRAMFILES",
        "PROGRAMFILES(X86)",
        "PROGRAMW6432",
        "COMMONPROGRAMFILES",
        "NUMBER_OF_PROCESSORS",
        "PROCESSOR_ARCHITECTURE",
        "OS",
    }
)
# Which GPUs there are, and how they are numbered.
GPUS = frozenset(
    {
        "CUDA_VISIBLE_DEVICES",
        "CUDA_DEVICE_ORDER",
        "NVIDIA_VISIBLE_DEVICES",
        "HIP_VISIBLE_DEVICES",
        "HSA_OVERRIDE_GFX_VERSION",
        "ONEAPI_DEVICE_SELECTOR",
        "ZE_AFFINITY_MASK",
        "VK_ICD_FILENAMES",
        "VK_DRIVER_FILES",
    }
)
ALLOWED = PLACES | WINDOWS | GPUS
ALLOWED_PREFIXES = ("LC_", "ROCR_")


def allowed_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What of ``inherited`` an engine may see.

    Names are compared in upper case, as Windows does; values that are not valid
    Unicode are left out, they could not be handed on unchanged.
    """
    return {
        name: value
        for name, value in inherited.items()
        if _is_allowed(name.upper()) and _is_text(value)
    }


def probe_environment(
    inherited: Mapping[str, str], *, system: str, config_home: Path
) -> dict[str, str]:
    """The environment of an executable that is asked something, without a key.

    llama.cpp applies ``<config folder>/llama.cpp/config.ini`` before its
    arguments, so the config folder is ``config_home``: one of ours, without any.
    """
    environment = allowed_environment(inherited)
    environment["APPDATA" if system == "win32" else "XDG_CONFIG_HOME"] = str(config_home)
    return environment


def engine_environment(
    inherited: Mapping[str, str], *, system: str, config_home: Path, api_key: str
) -> dict[str, str]:
    """The whole environment of an engine: the same, and the key."""
    environment = probe_environment(inherited, system=system, config_home=config_home)
    environment["LLAMA_API_KEY"] = api_key
    return environment


def _is_allowed(name: str) -> bool:
    return name in ALLOWED or name.startswith(ALLOWED_PREFIXES)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
