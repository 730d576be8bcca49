"""The child process that hosts llama.cpp's server from the ``xllamacpp`` wheel.

Started as ``<this program> bundled-engine <settings as JSON>`` with the key in
``LLAMA_API_KEY``. The engine logs to standard error, unbuffered, from C++.
"""

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from tray.infrastructure.llama.bundled.settings import BundledSettings

if TYPE_CHECKING:
    from xllamacpp import CommonParams

KEY_VARIABLE = "LLAMA_API_KEY"
MIB = 1 << 20


def host(arguments: list[str]) -> int:
    """Serve until a signal ends this process; 1 when the engine cannot start.

    Signals keep the system's own handling: the engine has nothing to save, and
    its orderly shutdown waits for clients that still read.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    key = os.environ.pop(KEY_VARIABLE, "")
    if len(arguments) != 1 or not key:
        print(f"bundled engine: needs its settings and {KEY_VARIABLE}", file=sys.stderr)
        return 2
    return _serve(BundledSettings.from_json(arguments[0]), key)


def _serve(settings: BundledSettings, key: str) -> int:
    try:
        import xllamacpp

        # Returns once the model is loaded and the server listens.
        server = xllamacpp.Server(_parameters(settings, key))
    except ImportError as error:
        print(f"bundled engine: xllamacpp cannot be loaded: {error}", file=sys.stderr)
        return 1
    except RuntimeError as error:
        print(f"bundled engine: {error}", file=sys.stderr)
        return 1
    _wait_for_a_signal()
    del server
    return 0


def _wait_for_a_signal() -> None:
    if sys.platform == "win32":
        threading.Event().wait()
    else:
        signal.pause()


def _parameters(settings: BundledSettings, key: str) -> "CommonParams":
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = settings.model
    parameters.model_alias = {settings.alias}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = settings.port
    parameters.api_keys = [key]
    parameters.cors_origins = "localhost"
    parameters.cors_origins_explicit = True
    parameters.ui = False
    parameters.offline = True
    parameters.n_gpu_layers = 0
    parameters.n_parallel = settings.parallel_slots
    parameters.flash_attn_type = _flash_attention(settings.flash_attention)
    parameters.cache_type_k = _cache_type(settings.cache_type_k)
    parameters.cache_type_v = _cache_type(settings.cache_type_v)
    _set_sizes(parameters, settings)
    return parameters


def _set_sizes(parameters: Any, settings: BundledSettings) -> None:
    """Only what was chosen: the rest stays as llama.cpp has it."""
    if settings.projector is not None:
        parameters.mmproj.path = settings.projector
        parameters.mmproj_use_gpu = False
    if settings.context_size is not None:
        parameters.n_ctx = settings.context_size
    if settings.batch_size is not None:
        parameters.n_batch = settings.batch_size
    if settings.micro_batch_size is not None:
        parameters.n_ubatch = settings.micro_batch_size
    if settings.threads is not None:
        parameters.cpuparams.n_threads = settings.threads
        parameters.cpuparams_batch.n_threads = settings.threads
    if settings.margin is not None:
        devices = len(parameters.fit_params_target)
        parameters.fit_params_target = [settings.margin * MIB] * devices
    if settings.idle_unload is not None:
        parameters.sleep_idle_seconds = settings.idle_unload


def _flash_attention(value: str) -> Any:
    import xllamacpp

    name = {"auto": "AUTO", "on": "ENABLED", "off": "DISABLED"}[value]
    return getattr(xllamacpp.llama_flash_attn_type, f"LLAMA_FLASH_ATTN_TYPE_{name}")


def _cache_type(value: str) -> Any:
    import xllamacpp

    return getattr(xllamacpp.ggml_type, f"GGML_TYPE_{value.upper()}")
