"""Whether a GPU is used, read from logs that real engines printed (llama.cpp b11434)."""

import pytest

from tray.infrastructure.llama.gpu_use import cpu_fallback, gpu_trouble

# llama-server, CPU and RPC alone, started with --n-gpu-layers 5 --verbosity 4.
CLAIMED_BUT_ON_THE_CPU = """\
0.00.008.983 I cmn  common_param: device_info:
0.00.017.931 I common_fit_params: successfully fit params to free device memory
0.00.027.390 I load_tensors: offloading output layer to GPU
0.00.028.353 I load_tensors: offloading 3 repeating layers to GPU
0.00.028.365 I load_tensors: offloaded 5/5 layers to GPU
0.00.028.379 I load_tensors:   CPU_Mapped model buffer size =     0.88 MiB
0.00.029.181 I llama_context:        CPU  output buffer size =     0.02 MiB
0.00.029.230 I llama_kv_cache:        CPU KV buffer size =     0.50 MiB"""
ON_THE_GPU = """\
0.00.310.704 I load_tensors: offloading 32 repeating layers to GPU
0.00.316.458 I load_tensors: offloaded 33/33 layers to GPU
0.00.316.463 I load_tensors:   CPU_Mapped model buffer size =   137.42 MiB
0.00.316.464 I load_tensors:        CUDA0 model buffer size =  4368.51 MiB"""
PARTLY = ON_THE_GPU.replace("offloaded 33/33", "offloaded 7/33")
NO_ROOM = """\
0.02.979.469 W common_fit_params: failed to fit params to free device memory: was unable to \
fit model into system memory by reducing context, abort
0.03.100.000 I load_tensors: offloaded 0/33 layers to GPU
0.03.100.001 I load_tensors:   CPU_Mapped model buffer size =  4505.93 MiB"""
DRIVER = """\
ggml_cuda_init: failed to initialize CUDA: CUDA driver version is insufficient for CUDA runtime \
version
warning: no usable GPU found, --gpu-layers option will be ignored
warning: one possible reason is that llama.cpp was compiled without GPU support"""
PLUGIN = (
    "load_backend: failed to load /opt/llama/libggml-vulkan.so: libvulkan.so.1: cannot open shared "
    "object file: No such file or directory"
)
SAYS_NOTHING = """\
0.00.012.100 I srv    load_model: loading model '/m/tiny.gguf'
0.00.038.363 I srv          init: model loaded"""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (CLAIMED_BUT_ON_THE_CPU, "into the computer's memory"),
        (NO_ROOM, "was unable to fit model"),
        (DRIVER, "CUDA driver version is insufficient"),
        (f"{PLUGIN}\n{SAYS_NOTHING}", "libvulkan.so.1"),
        ("ggml_vulkan: No devices found.", "No devices found."),
        ("load_tensors: offloaded 0/33 layers to GPU", "no layer was left to the GPU"),
        ("llm_load_tensors: offloaded 0/33 layers to GPU", "no layer was left to the GPU"),
    ],
)
def test_a_silent_fallback_is_told_with_its_reason(log: str, words: str) -> None:
    fallback = cpu_fallback(log.splitlines())
    assert fallback is not None
    assert words in fallback.reason
    assert set(fallback.log_lines) & set(log.splitlines())
    assert fallback.advice.endswith(".")


@pytest.mark.parametrize("log", [ON_THE_GPU, PARTLY, SAYS_NOTHING, "", f"{DRIVER}\n{ON_THE_GPU}"])
def test_a_gpu_at_work_and_a_silent_log_are_no_fallback(log: str) -> None:
    assert cpu_fallback(log.splitlines()) is None


def test_buffers_of_the_computer_are_known_by_every_name() -> None:
    for name in ("CPU", "CPU_Mapped", "CPU_REPACK", "CUDA_Host", "Vulkan_Host", "AMX"):
        lines = ("load_tensors: offloaded 5/5 layers to GPU", buffer_line(name))
        assert cpu_fallback(lines) is not None, name
    for name in ("CUDA0", "Vulkan1", "ROCm0", "MTL0_Mapped", "SYCL0", "CUDA_Split", "RPC0[a:1]"):
        assert cpu_fallback((buffer_line(name),)) is None, name


def buffer_line(name: str) -> str:
    return f"0.1 I load_tensors: {name:>12} model buffer size =   800.00 MiB"


def test_a_cpu_plugin_that_cannot_be_loaded_is_not_the_gpu() -> None:
    line = "load_backend: failed to load /opt/llama/libggml-cpu-zen5.so: illegal instruction"
    assert gpu_trouble((line,)) is None
