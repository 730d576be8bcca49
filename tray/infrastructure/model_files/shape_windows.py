"""Pure: which layers keep only a sliding window, as llama.cpp b11434 decides it."""

# Every so many layers one keeps everything; the first of them or the last one.
_EVERY = {
    "afmoe": 4,
    "cohere2": 4,
    "exaone-moe": 4,
    "exaone4": 4,
    "gemma2": 2,
    "gemma3": 6,
    "gemma3n": 5,
    "gemma4": 6,
    "gpt-oss": 2,
    "llama4": 4,
    "mellum": 4,
    "muse-glimmer": 4,
    "olmo2": 4,
    "plamo3": 8,
}
_EVERY_FROM_FIRST = {"cohere2moe": 4, "laguna": 4, "smallthinker": 4}
# Their files name a window that the engine does not use.
_NEVER = frozenset(("phi3", "phimoe", "llama", "qwen2", "qwen3", "qwen2moe", "qwen3moe"))
EXAONE_4_WINDOWED = 64


def windowed_layers(
    architecture: str, layers: int, window: int | None, pattern: object
) -> frozenset[int]:
    """Numbers of the windowed layers; ``pattern`` is the file's own word on it, if any.

    An architecture that is not known here keeps everything: rather too much than
    too little is said.
    """
    if window is None or architecture in _NEVER:
        return frozenset()
    if architecture == "exaone4" and layers != EXAONE_4_WINDOWED:
        return frozenset()
    if isinstance(pattern, list):
        return frozenset(layer for layer, yes in enumerate(pattern[:layers]) if bool(yes))
    from_first = architecture in _EVERY_FROM_FIRST
    every = (_EVERY_FROM_FIRST if from_first else _EVERY).get(architecture)
    if every is None:
        return frozenset()
    if isinstance(pattern, int) and not isinstance(pattern, bool) and 0 <= pattern <= layers:
        every = pattern
    if every == 0:
        return frozenset(range(layers))
    whole = 0 if from_first else every - 1
    return frozenset(layer for layer in range(layers) if layer % every != whole)
