"""Figures -> lines of a table: what was found, what was wanted, whether it held."""

from __future__ import annotations

from tests.torture.figures import (
    CycleFigures,
    DecoyFigures,
    FloodFigures,
    KillFigures,
    Milliseconds,
    SuiteFigures,
    Torture,
    Verdict,
)

ENGINE_GONE_P99 = 100.0
RSS_GROWTH = 5 << 20
LOG_LIMIT = 64 << 20


def verdicts_of(run: Torture) -> tuple[Verdict, ...]:
    """One line for each thing that was measured."""
    lines = [line for kill in run.kills for line in _of_kills(kill)]
    if run.decoys is not None:
        lines.append(_of_decoys(run.decoys))
    if run.cycles is not None:
        lines.append(_of_cycles(run.cycles))
    if run.flood is not None:
        lines.append(_of_flood(run.flood))
    return (*lines, *(_of_test(test) for test in run.suite))


def _of_kills(found: KillFigures) -> list[Verdict]:
    what = f"Paddock killed, stage {found.stage}"
    lines = [
        Verdict(
            what=what,
            runs=found.kills,
            found=f"{found.survivors} survivors",
            wanted=f"0 of at least {found.aimed}",
            held=found.survivors == 0 and found.kills >= found.aimed,
        )
    ]
    gone = found.engine_gone
    if gone.p99 is not None:
        lines.append(
            Verdict(
                what=f"{what}: engine gone",
                runs=gone.count,
                found=f"{_spread(gone)} (Paddock itself: {_spread(found.paddock_gone)}; "
                f"bare kill: {_spread(found.bare_kill)})",
                wanted=f"p99 ≤ {ENGINE_GONE_P99:g} ms",
                held=gone.p99 <= ENGINE_GONE_P99,
            )
        )
    return lines


def _spread(found: Milliseconds) -> str:
    return f"p50 {found.p50:.1f}, p99 {found.p99:.1f}, max {found.max:.1f} ms"


def _of_decoys(found: DecoyFigures) -> Verdict:
    return Verdict(
        what=f"beside a decoy on {found.executable}",
        runs=found.runs,
        found=f"{found.touched} touched, {found.survivors} survivors",
        wanted="0, 0",
        held=found.touched == found.survivors == 0,
    )


def _of_cycles(found: CycleFigures) -> Verdict:
    growth = (found.descriptors, found.threads, found.zombies)
    return Verdict(
        what="start and stop",
        runs=found.cycles,
        found=f"descriptors {found.descriptors:+d}, threads {found.threads:+d}, "
        f"zombies {found.zombies}, RSS {found.rss / (1 << 20):+.1f} MiB",
        wanted="0, 0, 0, < 5 MiB",
        held=max(growth) <= 0 and found.rss < RSS_GROWTH,
    )


def _of_flood(found: FloodFigures) -> Verdict:
    return Verdict(
        what=f"an engine that prints {found.bytes_printed >> 20} MiB",
        runs=1,
        found=f"{found.bytes_read >> 20} MiB read in {found.seconds:.1f} s, "
        f"{found.log_bytes >> 20} MiB of log",
        wanted="all of it, a bounded log",
        held=found.bytes_read >= found.bytes_printed and found.log_bytes < LOG_LIMIT,
    )


def _of_test(found: SuiteFigures) -> Verdict:
    return Verdict(
        what=found.test.partition("::")[2].removeprefix("test_").replace("_", " "),
        runs=found.runs,
        found="passed" if found.passed else "failed",
        wanted="passed",
        held=found.passed,
    )
