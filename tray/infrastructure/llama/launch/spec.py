"""LlamaCppConfig -> LaunchSpec: resolves engine, model, port, key and environment."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tray.infrastructure.llama.bundled.launch import bundled_settings
from tray.infrastructure.llama.discovery.engine import EngineFinder
from tray.infrastructure.llama.failures.refusal import refusal
from tray.infrastructure.llama.launch.checks import check_gpu_layers, check_values
from tray.infrastructure.llama.launch.command_line import command_display, executable_argv
from tray.infrastructure.llama.launch.environment import engine_environment
from tray.infrastructure.llama.launch.free_port import check_port_free, free_port
from tray.infrastructure.llama.launch.projector_file import projector_beside
from tray.infrastructure.model_files.name import model_name
from tray.infrastructure.model_files.resolve import resolve_model
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause
from tray.models.launch import LaunchSpec
from tray.models.state import EngineInfo, ModelId

DEMO_ALIAS = "demo"
DEMO_NAME = "Demo model"
# It was trained with this context, and more threads only slow so small a model.
DEMO_CONTEXT = 1024
DEMO_THREADS = 1
LLAMA_SERVER = "llama-server"
OWN_PORT = 8080


@dataclass(frozen=True)
class LaunchPlaces:
    """Where things are.

    ``engine_folder`` is a folder of the user's own, made if missing: working
    directory of every engine. ``bundled_command`` starts the bundled engine's
    child, short of its settings. ``system`` is a value of ``sys.platform``.
    """

    home: Path
    engine_folder: Path
    model_folder: Path
    demo_model: Path
    bundled_command: tuple[str, ...]
    environment: Mapping[str, str]
    system: str


class LaunchPreparer:
    """Makes launches. ``configured_key`` gives the key of the settings, if any."""

    def __init__(
        self,
        places: LaunchPlaces,
        finder: EngineFinder,
        configured_key: Callable[[], str | None],
    ) -> None:
        self._places = places
        self.finder = finder
        self._configured_key = configured_key

    def prepare(self, config: LlamaCppConfig) -> LaunchSpec:
        """Everything decided, nothing started; may take seconds.

        Raises PaddockError with the reason when this cannot be launched.
        """
        config = _with_demo_defaults(config)
        check_values(config)
        model = self.model_file(config.model_path)
        engine = self.finder.choose(config)
        alias = _alias(config)
        port = _port(config)
        projector = projector_beside(model)
        argv, display = self._command(config, engine, model, projector, alias, port)
        api_key = self._configured_key() or secrets.token_urlsafe(32)
        return LaunchSpec(
            argv=argv,
            environment=self._environment(api_key),
            working_directory=self._working_directory(),
            port=port,
            api_key=api_key,
            alias=alias,
            engine=engine,
            model=_model_id(config, model),
            projector=projector,
            display=display,
            gpu_expected=_expects_gpu(config, engine),
        )

    def command_line(self, config: LlamaCppConfig) -> str:
        """This launch as one could type it, without the key; nothing is reserved for it.

        The bundled engine's is that of a llama-server; without a port of the
        settings it is llama-server's own. Raises PaddockError as ``prepare`` does.
        """
        config = _with_demo_defaults(config)
        check_values(config)
        model = self.model_file(config.model_path)
        engine = self.finder.choose(config)
        argv = executable_argv(
            config,
            executable=engine.path or Path(LLAMA_SERVER),
            model=model,
            alias=_alias(config),
            port=config.port or OWN_PORT,
            projector=projector_beside(model),
            tells_buffers=_expects_gpu(config, engine),
        )
        return command_display(argv, self._places.system)

    def model_file(self, path: Path | None) -> Path:
        """The file of a model, checked; the demo model's for ``None``. Raises PaddockError."""
        places = self._places
        if path is not None:
            return resolve_model(path, home=places.home, model_folder=places.model_folder)
        if not places.demo_model.is_file():
            raise refusal(
                FailureCause.MODEL_MISSING,
                "The demo model is missing",
                f"{places.demo_model} is not there: the installation is incomplete. Install "
                "Paddock again, or choose a model of your own.",
            )
        return resolve_model(places.demo_model, home=places.home, model_folder=places.model_folder)

    def _command(
        self,
        config: LlamaCppConfig,
        engine: EngineInfo,
        model: Path,
        projector: Path | None,
        alias: str,
        port: int,
    ) -> tuple[tuple[str, ...], str]:
        if engine.kind is EngineKind.BUNDLED or engine.path is None:
            settings = bundled_settings(
                config, model=model, alias=alias, port=port, projector=projector
            )
            return (*self._places.bundled_command, settings.to_json()), settings.display
        check_gpu_layers(config, engine)
        argv = executable_argv(
            config,
            executable=engine.path,
            model=model,
            alias=alias,
            port=port,
            projector=projector,
            tells_buffers=_expects_gpu(config, engine),
        )
        return argv, command_display(argv, self._places.system)

    def _environment(self, api_key: str) -> dict[str, str]:
        return engine_environment(
            self._places.environment,
            system=self._places.system,
            config_home=self._places.engine_folder,
            api_key=api_key,
        )

    def _working_directory(self) -> Path:
        folder = self._places.engine_folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(
                FailureCause.BAD_CONFIGURATION,
                "Paddock's own folder cannot be used",
                f"{folder}: {error.strerror}. Check the permissions and the disk.",
            ) from error
        return folder


def _with_demo_defaults(config: LlamaCppConfig) -> LlamaCppConfig:
    """What the user chose stays; what was left open gets the demo model's own values."""
    if config.model_path is not None:
        return config
    return config.model_copy(
        update={
            "context_size": config.context_size or DEMO_CONTEXT,
            "threads": config.threads or DEMO_THREADS,
        }
    )


def _expects_gpu(config: LlamaCppConfig, engine: EngineInfo) -> bool:
    """Whether layers should end up on a GPU; an engine that cannot say has one if so told."""
    if engine.kind is EngineKind.BUNDLED or config.gpu_layers == 0:
        return False
    return engine.device != "CPU" and not (engine.device is None and config.gpu_layers == "auto")


def _alias(config: LlamaCppConfig) -> str:
    if config.alias is not None:
        return config.alias
    if config.model_path is None:
        return DEMO_ALIAS
    # llama-server takes a comma in an alias for several names.
    name = model_name(config.model_path).stem.replace(",", "_").strip()
    return name[:200] or DEMO_ALIAS


def _port(config: LlamaCppConfig) -> int:
    if config.port is None:
        return free_port()
    check_port_free(config.port)
    return config.port


def _model_id(config: LlamaCppConfig, model: Path) -> ModelId:
    if config.model_path is None:
        return ModelId(name=DEMO_NAME)
    return ModelId(name=model_name(model).stem, path=model)
