"""What of a GGUF decides how much memory its model takes."""

from typing import Annotated

from pydantic import Field

from tray.models.base import Frozen

# Beyond any real model: a header that says more is not believed.
Count = Annotated[int, Field(ge=1, le=1 << 24)]
Width = Annotated[int, Field(ge=0, le=1 << 24)]
Size = Annotated[int, Field(ge=0, le=1 << 50)]


class CachedLayers(Frozen):
    """Layers with an equal KV cache; widths in elements a token and layer.

    ``windowed`` ones keep only the tokens of the model's sliding window.
    """

    count: Count
    key_width: Width
    value_width: Width
    windowed: bool = False


class ModelShape(Frozen):
    """Sizes in bytes of weights, widths in elements.

    ``caches`` is ``None`` for an architecture whose cache is not understood,
    ``state_width`` what the recurrent layers keep for one sequence, all together.
    ``input_bytes`` are the token embeddings, ``output_bytes`` everything after the
    layers; with ``tied`` the embeddings serve there, too. ``expert_bytes`` are those of
    ``layer_bytes`` in which each token passes only some experts.
    """

    layers: Count
    embedding: Count
    feed_forward: Count | None = None
    experts_used: Width = 0
    heads: Count | None = None
    head_width: Count | None = None
    vocabulary: Count | None = None
    window: Count | None = None
    caches: tuple[CachedLayers, ...] | None = None
    state_width: Annotated[int, Field(ge=0, le=1 << 40)] = 0
    input_bytes: Size
    layer_bytes: Size
    expert_bytes: Size = 0
    output_bytes: Size
    tied: bool = False
