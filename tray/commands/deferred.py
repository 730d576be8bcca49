"""What each command of the command line calls, imported only then."""

import argparse


def run(arguments: argparse.Namespace) -> int:
    from tray.commands import run

    return run.run(arguments.headless)


def start(arguments: argparse.Namespace) -> int:
    from tray.commands import engine

    return engine.start(arguments.model)


def stop(_: argparse.Namespace) -> int:
    from tray.commands import engine

    return engine.stop()


def free(_: argparse.Namespace) -> int:
    from tray.commands import engine

    return engine.free()


def quit_paddock(_: argparse.Namespace) -> int:
    from tray.commands import engine

    return engine.quit_paddock()


def chat(arguments: argparse.Namespace) -> int:
    from tray.commands import chat

    return chat.chat(arguments.prompt, arguments.json)


def status(arguments: argparse.Namespace) -> int:
    from tray.commands import engine

    return engine.status(arguments.json)


def models(arguments: argparse.Namespace) -> int:
    from tray.commands import models

    return models.models(arguments.json)


def show_model(arguments: argparse.Namespace) -> int:
    from tray.commands import models

    return models.show(arguments.name, arguments.json)


def fit(arguments: argparse.Namespace) -> int:
    from tray.commands import fit

    return fit.fit(arguments.name, arguments.context, arguments.margin, arguments.json)


def presets(arguments: argparse.Namespace) -> int:
    from tray.commands import fit

    return fit.presets(arguments.name, arguments.action, arguments.preset, arguments.values)


def download(arguments: argparse.Namespace) -> int:
    from tray.commands import models

    if arguments.what is None:
        return models.curated()
    return models.offer(arguments.what) if arguments.list else models.download(arguments.what)


def delete_model(arguments: argparse.Namespace) -> int:
    from tray.commands import models

    return models.delete(arguments.name, arguments.for_good)


def token(arguments: argparse.Namespace) -> int:
    from tray.commands import models

    return models.token(arguments.action)


def engines(arguments: argparse.Namespace) -> int:
    from tray.commands import engines

    return engines.engines(arguments.json)


def get_engine(arguments: argparse.Namespace) -> int:
    from tray.commands import engines

    return engines.get(arguments.name)


def use_engine(arguments: argparse.Namespace) -> int:
    from tray.commands import engines

    return engines.use(arguments.name)


def engine_back(_: argparse.Namespace) -> int:
    from tray.commands import engines

    return engines.back()


def remove_engine(arguments: argparse.Namespace) -> int:
    from tray.commands import engines

    return engines.remove(arguments.name)


def metrics(arguments: argparse.Namespace) -> int:
    from tray.commands import reports

    return reports.metrics(arguments.json)


def doctor(arguments: argparse.Namespace) -> int:
    from tray.commands import examination

    return examination.doctor(arguments.json)


def logs(arguments: argparse.Namespace) -> int:
    from tray.commands import files

    return files.logs(arguments.follow)


def settings(_: argparse.Namespace) -> int:
    from tray.commands import files

    return files.settings()
