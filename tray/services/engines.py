"""The engines one can get: proposed, fetched, used, rolled back, removed."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tray.models.engine_build import (
    EngineBuild,
    EnginePins,
    InstalledEngine,
    MachineFacts,
    Proposal,
)
from tray.models.engine_shelf import EngineEntry, EngineShelf, EngineWork
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.services.engine_ports import Choice, Getter, Store, Tell
from tray.services.engine_proposal import builds_for, propose

FACTS_LAST = 60.0
"""Seconds a look at the machine is good for."""
CANCELED_ENDS = 10.0
"""Seconds one that was canceled may take to be gone."""
NOT_PINNED = "This Paddock knows another version."


class Engines:
    """Any thread may call. ``loaded`` says whether a model is loaded just now."""

    def __init__(
        self,
        pins: Callable[[], EnginePins],
        store: Store,
        getter: Getter,
        choice: Choice,
        loaded: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pins = pins
        self._store = store
        self._getter = getter
        self._choice = choice
        self._loaded = loaded
        self._clock = clock
        self._over = threading.Condition()
        self._facts: tuple[float, MachineFacts] | None = None
        self._work: EngineWork | None = None
        self._failure: ServerFailure | None = None
        self._cancelled = False

    def shelf(self) -> EngineShelf:
        """Everything as it is now. The first look at the machine takes a second."""
        pins, facts = self._pins(), self._known_facts()
        proposal = propose(pins, facts)
        installed = {engine.name: engine for engine in self._store.installed()}
        used, before = self._choice.used(), self._choice.before()
        names = {engine.executable: name for name, engine in installed.items()}
        back = names.get(before, str(before)) if isinstance(before, Path) else before
        return EngineShelf(
            entries=_entries(builds_for(pins, facts), proposal, installed),
            proposed=proposal.name,
            reason=proposal.reason,
            used=used,
            used_name=None if used is None else names.get(used),
            back=back,
            work=None if self._cancelled else self._work,
            failure=self._failure,
        )

    def get(self, name: str | None) -> None:
        """Begin to get a build, the proposed one without a name; ``shelf`` tells how it goes."""
        build = self._begin(name)
        threading.Thread(
            target=self._get_quietly, args=(build,), name="get-engine", daemon=True
        ).start()

    def get_now(self, name: str | None, tell: Tell) -> InstalledEngine:
        """The same, and wait for it. Raises PaddockError."""
        return self._carry_out(self._begin(name), tell)

    def cancel(self) -> None:
        """Stop getting; what has arrived is kept for the next time."""
        self._cancelled = True
        self._getter.cancel()

    def use(self, name: str | None) -> None:
        """Use an installed build from the next start on; ``None``: let Paddock choose."""
        self._must_be_unloaded()
        if name is None:
            self._choice.choose(None)
            return
        engine = self._installed(name)
        self._store.verify(engine)
        self._choice.choose(engine.executable)

    def back(self) -> None:
        """Return to what was used before."""
        self._must_be_unloaded()
        before = self._choice.before()
        if before is None:
            raise _refused("There is nothing to go back to", "No other engine was chosen before.")
        for engine in self._store.installed():
            if engine.executable == before:
                self._store.verify(engine)
        self._choice.back()

    def remove(self, name: str) -> None:
        """Delete an installed build that is not in use."""
        self._must_be_unloaded()
        engine = self._installed(name)
        if engine.executable == self._choice.used():
            raise _refused(f"{name} is in use", "Use another engine first.")
        self._store.remove(engine)

    def _begin(self, name: str | None) -> EngineBuild:
        """Take the place of the one at work. Raises PaddockError."""
        self._must_be_unloaded()
        build = self._build(name)
        with self._over:
            # One that was canceled still ends, and makes room for who begins anew.
            self._over.wait_for(lambda: not self._work or not self._cancelled, CANCELED_ENDS)
            if self._work is not None:
                raise _refused(
                    f"{self._work.name} is being fetched", "Wait until it is done, or cancel it."
                )
            self._work = EngineWork(name=build.name)
            self._failure = None
            self._cancelled = False
        return build

    def _build(self, name: str | None) -> EngineBuild:
        pins, facts = self._pins(), self._known_facts()
        proposal = propose(pins, facts)
        wanted = name or proposal.name
        if wanted is None:
            raise _refused("No build fits this machine", proposal.reason)
        here = builds_for(pins, facts)
        for build in here:
            if build.name == wanted:
                return build
        names = ", ".join(build.name for build in here) or "none"
        raise _refused(f"No build is called {wanted}", f"For this machine there are: {names}.")

    def _get_quietly(self, build: EngineBuild) -> None:
        with suppress(PaddockError):
            self._carry_out(build, lambda _: None)

    def _carry_out(self, build: EngineBuild, tell: Tell) -> InstalledEngine:
        def progress(work: EngineWork) -> None:
            if self._cancelled:
                # Asked for before there was anything to end.
                self._getter.cancel()
            self._work = work
            tell(work)

        failure: ServerFailure | None = None
        try:
            engine = self._whole(build.name) or self._getter.get(build, progress)
            if self._loaded():
                raise _refused(
                    f"{engine.name} is installed, and not yet in use",
                    "A model was loaded meanwhile. Stop it, then choose the engine.",
                )
            self._choice.choose(engine.executable)
            return engine
        except PaddockError as error:
            failure = None if self._cancelled else error.failure
            raise
        finally:
            self._end(failure)

    def _end(self, failure: ServerFailure | None) -> None:
        """Nothing is at work any more; whoever sees that sees why, too."""
        with self._over:
            self._failure = failure
            self._work = None
            self._over.notify_all()

    def _whole(self, name: str) -> InstalledEngine | None:
        """The installed one of this name, if its files are those that were checked."""
        for engine in self._store.installed():
            if engine.name == name:
                try:
                    self._store.verify(engine)
                except PaddockError:
                    return None
                return engine
        return None

    def _installed(self, name: str) -> InstalledEngine:
        engines = self._store.installed()
        for engine in engines:
            if engine.name == name:
                return engine
        names = ", ".join(engine.name for engine in engines) or "none"
        raise _refused(f"{name} is not installed", f"Installed are: {names}.")

    def _must_be_unloaded(self) -> None:
        if self._loaded():
            raise _refused(
                "A model is loaded",
                "An engine is never changed under a model. Stop it first, then try again.",
            )

    def _known_facts(self) -> MachineFacts:
        now = self._clock()
        if self._facts is None or now - self._facts[0] > FACTS_LAST:
            self._facts = now, self._getter.facts()
        return self._facts[1]


def _entries(
    builds: Sequence[EngineBuild], proposal: Proposal, installed: dict[str, InstalledEngine]
) -> tuple[EngineEntry, ...]:
    """The builds for this machine, the best first, then older ones that are installed."""
    by_name = {build.name: build for build in builds}
    pinned = (
        EngineEntry(
            name=verdict.name,
            backend=by_name[verdict.name].backend,
            runtime=by_name[verdict.name].runtime,
            size=by_name[verdict.name].size,
            fits=verdict.fits,
            reason=verdict.reason,
            installed=installed.get(verdict.name),
        )
        for verdict in proposal.verdicts
    )
    older = (
        EngineEntry(
            name=name,
            backend=installed[name].backend,
            runtime=installed[name].runtime,
            size=None,
            fits=True,
            reason=NOT_PINNED,
            installed=installed[name],
        )
        for name in sorted(installed.keys() - by_name.keys(), reverse=True)
    )
    return (*pinned, *older)


def _refused(title: str, detail: str) -> PaddockError:
    return PaddockError(
        ServerFailure(cause=FailureCause.REQUEST_REFUSED, title=title, detail=detail)
    )
