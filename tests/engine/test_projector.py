"""The projector beside a model reaches the engine; one it cannot use is named with what to do."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from tests import fit_models
from tests.clip_projector import write_projector
from tests.engine.engine_setup import DEMO, config_of, running_service, started
from tests.gguf_files import gguf
from tray.models.attachment import ImageFile
from tray.models.chat import ChatMessage, ChatRequest, FinishChunk, Role
from tray.models.config import EngineKind
from tray.models.failure import FailureCause, ServerFailure
from tray.models.state import ServerPhase
from tray.services.llama.service import LlamaCppService

pytestmark = [pytest.mark.engine, pytest.mark.slow]

DEMO_WIDTH = 128
Media = Literal["image/png", "image/jpeg"]
BOTH = pytest.mark.parametrize("kind", [EngineKind.BUNDLED, EngineKind.EXECUTABLE])


def failed(service: LlamaCppService, kind: EngineKind, model: Path) -> ServerFailure:
    state = service.start(config_of(kind, model)).result(60)
    assert state.phase is ServerPhase.FAILED
    assert state.failure is not None
    assert state.failure.cause is FailureCause.MODEL_UNSUPPORTED
    assert "The model alone would run: remove or replace that file" in state.failure.detail
    advised = "--no-mmproj to server.extra_arguments" in state.failure.detail
    assert advised is (kind is EngineKind.EXECUTABLE)
    return state.failure


@BOTH
def test_a_projector_the_engine_cannot_use_is_named(tmp_path: Path, kind: EngineKind) -> None:
    model = Path(shutil.copy(DEMO, tmp_path / "own.gguf"))
    projector = tmp_path / "mmproj-own.gguf"
    with running_service(tmp_path) as service:
        projector.write_bytes(gguf(general__architecture="clip"))
        failure = failed(service, kind, model)
        assert failure.title == "The projector cannot be loaded"
        assert str(projector) in failure.detail
        write_projector(projector, 2 * DEMO_WIDTH)
        failure = failed(service, kind, model)
        assert failure.title == "The projector belongs to another model"
        assert f"{projector} lets a model of width 256 see images; own has width 128" in (
            failure.detail
        )
        write_projector(projector, DEMO_WIDTH)
        whole = projector.read_bytes()
        projector.write_bytes(whole[:-2000])
        assert failed(service, kind, model).title == "The projector cannot be loaded"


@BOTH
def test_a_text_model_starts_beside_the_projector_of_another(
    tmp_path: Path, kind: EngineKind
) -> None:
    model = Path(shutil.copy(DEMO, tmp_path / "own.gguf"))
    other = fit_models.write(tmp_path / "other.gguf", fit_models.dense(layers=1))
    write_projector(tmp_path / "mmproj-F16.gguf", 512)
    with running_service(tmp_path) as service:
        assert not started(service, config_of(kind, model)).sees_images
        service.stop().result(60)
        assert started(service, config_of(kind, other)).sees_images


def prompt_tokens(service: LlamaCppService, *images: ImageFile) -> int:
    """How long the same question is for the engine, with these images."""
    question = ChatMessage(role=Role.USER, content="What is it?", attachments=images)
    request = ChatRequest(messages=(question,), max_tokens=2)
    *_, end = service.send_chat_message(request)
    assert isinstance(end, FinishChunk)
    assert end.failure is None
    timings = end.timings
    return (timings.prompt_tokens or 0) + (timings.cached_tokens or 0)


@BOTH
@pytest.mark.parametrize("media", ["image/png", "image/jpeg"])
def test_an_image_reaches_the_model_as_tokens_of_its_own(
    tmp_path: Path, kind: EngineKind, media: Media
) -> None:
    model = fit_models.write(tmp_path / "own.gguf", fit_models.dense(layers=1))
    write_projector(tmp_path / "mmproj-own.gguf", 512)
    with running_service(tmp_path) as service:
        assert started(service, config_of(kind, model)).sees_images
        alone = prompt_tokens(service)
        assert prompt_tokens(service, picture(media)) > alone
        assert prompt_tokens(service, picture(media), picture(media)) > alone + 1
        broken = picture(media).model_copy(update={"data": "AAAA"})
        request = ChatRequest(
            messages=(ChatMessage(role=Role.USER, content="And?", attachments=(broken,)),)
        )
        *_, end = service.send_chat_message(request)
        assert isinstance(end, FinishChunk)
        assert end.failure is not None
        assert "Failed to load image" in end.failure.detail
        assert prompt_tokens(service) == alone


def picture(media: Media) -> ImageFile:
    """Red all over."""
    content = io.BytesIO()
    Image.new("RGB", (96, 64), "red").save(content, media.removeprefix("image/"))
    data = base64.b64encode(content.getvalue()).decode()
    return ImageFile(kind="image", name="red", media_type=media, data=data)


@BOTH
def test_the_model_sees_images_with_its_projector_alone(tmp_path: Path, kind: EngineKind) -> None:
    model = Path(shutil.copy(DEMO, tmp_path / "own.gguf"))
    projector = write_projector(tmp_path / "mmproj-own.gguf", DEMO_WIDTH)
    with running_service(tmp_path) as service:
        assert started(service, config_of(kind, model)).sees_images
        service.stop().result(60)
        if kind is EngineKind.EXECUTABLE:
            alone = config_of(kind, model).model_copy(update={"extra_arguments": ("--no-mmproj",)})
            assert not started(service, alone).sees_images
            service.stop().result(60)
        projector.unlink()
        assert not started(service, config_of(kind, model)).sees_images
