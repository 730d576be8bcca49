"""Composition root: builds every part once, starts in order, stops in reverse."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tray import __version__
from tray.composition.chats import kept_chats
from tray.composition.downloads import kept_downloads
from tray.composition.first_model import setup_desk
from tray.composition.front_end import Door, FrontEnd
from tray.composition.presets import kept_presets
from tray.composition.shelf import Launches, model_shelf
from tray.infrastructure.clock import SystemClock, wall_clock
from tray.infrastructure.desktop.opener import open_url
from tray.infrastructure.desktop.stay_awake import StayAwake
from tray.infrastructure.folders import Folders
from tray.infrastructure.gpu.detect import detect_gpus
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.infrastructure.llama.engines import LlamaEngines
from tray.infrastructure.llama.failures.explain import explain_exit
from tray.infrastructure.llama.launch.configured_model import configured_model
from tray.infrastructure.llama.launch.setup import user_launch_preparer, user_model_folders
from tray.infrastructure.llama.supervision.engine_output import OutputSink
from tray.infrastructure.llama.supervision.records import user_launch_records
from tray.infrastructure.local_api import LocalApi
from tray.infrastructure.logs import ApplicationLog, EngineLog
from tray.infrastructure.metrics import MetricsSampler
from tray.infrastructure.model_files.folders import find_models
from tray.infrastructure.model_files.last_used import LastUsed
from tray.infrastructure.model_files.same_file import same_file
from tray.infrastructure.own_program import program_folder
from tray.infrastructure.settings.store import SettingsStore
from tray.infrastructure.single_instance import SingleInstance
from tray.models.launch import LaunchSpec
from tray.models.metrics import ServerMetrics
from tray.models.settings import Settings
from tray.models.state import ModelId
from tray.services.llama.ports import EngineWatch
from tray.services.llama.service import LlamaCppService
from tray.services.paddock import Paddock
from tray.services.presets import Presets
from tray.services.settings_look import SettingsLook
from tray.services.watchkeeper import Watchkeeper
from tray.ui.engine_desk import EngineDesk
from tray.ui.fit_desk import FitDesk
from tray.ui.history import MeterHistory
from tray.ui.page_desk import PageDesk, PageParts

if TYPE_CHECKING:
    from tray.services.engines import Engines
    from tray.ui.fit_desk import FitParts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ground:
    """What everything else stands on."""

    folders: Folders
    log: ApplicationLog
    settings: SettingsStore

    def current(self) -> Settings:
        """The settings as the file gives them now."""
        return self.settings.load().settings

    def configured_model(self) -> ModelId:
        """The model a start without a choice runs."""
        return configured_model(self.current().server, self.folders.models)

    def searched(self, settings: Settings) -> tuple[Path, ...]:
        """The folders searched for models under these settings."""
        return user_model_folders(self.folders.models, settings.models.folders)


class _Unwatched:
    """Implements EngineWatch where nothing is measured."""

    def watch(self, pid: int | None) -> None:
        """Leave the process alone."""


@contextmanager
def resident(front: FrontEnd, instance: SingleInstance) -> Iterator[Paddock]:
    """The one resident Paddock of this user, who holds the lock. Raises PaddockError."""
    with ExitStack() as stack:
        folders = instance.folders
        ground = _ground(folders, stack)
        log.info("Paddock %s starts", __version__)
        stack.callback(log.info, "Paddock ends")
        records = user_launch_records(folders.state)
        if records is not None:
            records.sweep()
        history = MeterHistory()
        paddock = _with_metrics(ground, front, history, stack)
        presets = kept_presets(folders)
        paddock.use_presets(presets.applied_to, presets.begun)
        chats = stack.enter_context(kept_chats(folders.data))
        chats.begin_with(
            lambda: presets.chat_of((paddock.state().model or ground.configured_model()).path)
        )
        engines = EngineDesk(lambda: _engines(ground, paddock))
        fit = FitDesk(lambda: _fit(ground, presets, paddock))
        downloads = stack.enter_context(kept_downloads(folders, ground.current, paddock))
        launches = Launches(lambda: ground.current().server, presets.launches, fit.machine)
        shelf = stack.enter_context(
            model_shelf(folders, ground.settings, ground.searched, launches)
        )
        desk = PageDesk(
            shelf.menu.few,
            ground.configured_model,
            open_url,
            PageParts(
                chats, engines, downloads, shelf.desk, fit, setup_desk(downloads, engines, paddock)
            ),
            front.popover,
            history,
        )
        paddock.listen(desk.tell)
        api = LocalApi(paddock, program_folder() / "web", desk)
        api.start()
        stack.callback(api.close)
        front.served_at(
            Door(
                api.page_url,
                shelf.desk.want,
                shelf.menu.few,
                lambda: paddock.state().active_chats > 0,
            )
        )
        instance.publish(api.endpoint)
        stack.callback(instance.withdraw)
        paddock.quit = lambda: _leave(instance, front)
        yield paddock


def _leave(instance: SingleInstance, front: FrontEnd) -> None:
    """End; who comes meanwhile waits for the lock, and is the next Paddock."""
    instance.withdraw()
    front.end()


@contextmanager
def alone() -> Iterator[Paddock]:
    """A Paddock for this one process: no lock, no API, nothing measured."""
    with ExitStack() as stack:
        folders = Folders.of_user()
        folders.make()
        ground = _ground(folders, stack)
        server = _server(ground, _Unwatched(), stack)
        paddock = _paddock(ground, server, show=_nothing, end=_nothing, measure_rarely=_as_before)
        presets = kept_presets(folders)
        paddock.use_presets(presets.applied_to, presets.begun)
        yield paddock


def _ground(folders: Folders, stack: ExitStack) -> Ground:
    application_log = ApplicationLog(folders.logs)
    application_log.install()
    stack.callback(application_log.close)
    settings = SettingsStore(folders.config)
    for problem in settings.load().problems:
        log.warning("settings: %s", problem.sentence)
    return Ground(folders, application_log, settings)


def _with_metrics(
    ground: Ground, front: FrontEnd, history: MeterHistory, stack: ExitStack
) -> Paddock:
    def publish(metrics: ServerMetrics) -> None:
        history.add(metrics)
        server.metrics_sampled(metrics)

    sampler = MetricsSampler(ground.current().metrics.interval, publish, detect_gpus())
    server = _server(ground, sampler, stack)
    sampler.start()
    stack.callback(sampler.stop)
    paddock = _paddock(
        ground, server, show=front.show, end=front.end, measure_rarely=sampler.slow_down
    )
    paddock.hotkey = front.hotkey
    last_used = LastUsed(ground.folders.state)

    def used(model: ModelId) -> None:
        if model.path is not None:
            last_used.note(model.path, wall_clock())

    def use(settings: Settings) -> None:
        sampler.measure_every(settings.metrics.interval)
        front.use(settings)

    keeper = Watchkeeper(
        server.subscribe(),
        SettingsLook(ground.current, use),
        paddock.free_if_idle,
        paddock.tell,
        StayAwake().hold,
        used,
    )
    keeper.start()
    stack.callback(keeper.stop)
    return paddock


def _server(ground: Ground, watch: EngineWatch, stack: ExitStack) -> LlamaCppService:
    def new_output(spec: LaunchSpec) -> OutputSink:
        ground.log.redact(spec.api_key)
        return EngineLog(ground.log)

    preparer = user_launch_preparer(
        ground.folders.state / "engine",
        ground.folders.models,
        lambda: ground.current().api.key,
    )
    records = user_launch_records(ground.folders.state)
    engines = LlamaEngines(preparer.prepare, explain_exit, new_output, records)
    clock = SystemClock()
    stack.callback(clock.close)
    server = LlamaCppService(engines, HttpChatClient(), clock, watch)
    stack.callback(server.close)
    return server


def _paddock(
    ground: Ground,
    server: LlamaCppService,
    *,
    show: Callable[[], None],
    end: Callable[[], None],
    measure_rarely: Callable[[bool], None],
) -> Paddock:
    paddock = Paddock(
        server, ground.current, ground.searched, find_models, show, end, measure_rarely
    )
    paddock.same_file = same_file
    return paddock


def _engines(ground: Ground, paddock: Paddock) -> "Engines":
    from tray.composition.engine_offer import offered_engines

    return offered_engines(ground.folders, ground.settings, lambda: paddock.state().phase)


def _fit(ground: Ground, presets: Presets, paddock: Paddock) -> "FitParts":
    from tray.composition.fitting import fit_parts

    return fit_parts(ground.folders, presets, paddock.configured, lambda: paddock.state().metrics)


def _as_before(rarely: bool) -> None:
    """Nothing is measured, so nothing changes."""


def _nothing() -> None:
    """There is no front to show and nobody to end."""
