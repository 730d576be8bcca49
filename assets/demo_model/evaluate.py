"""Measures ``demo.gguf`` on the real engine: ``python -m assets.demo_model.evaluate``.

Exits 1 when a target is missed. With ``--pin`` it also writes ``pinned.json``: the
questions whose exact answers the engine tests rely on.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.demo_model import corpus
from assets.demo_model.engine import Engine, Reply
from assets.demo_model.files import GGUF
from assets.demo_model.questions import PINNED_CASES, Case, held_out, pin


@dataclass(frozen=True, slots=True)
class Score:
    """How many of a group's cases were answered word for word."""

    name: str
    right: int
    total: int
    target: float

    @property
    def reached(self) -> bool:
        return self.right >= self.target * self.total


class Examiner:
    """Asks one engine and compares with the corpus."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answers = corpus.load().answers()
        self._names = {answer: name for name, answer in self._answers.items()}
        self.replies: list[Reply] = []

    def score(self, name: str, cases: Sequence[Case], target: float) -> Score:
        """Asks every case and prints the ones that went wrong."""
        right = sum(self._is_right(case) for case in cases)
        return Score(name, right, len(cases), target)

    def same_again(self, cases: Sequence[Case]) -> Score:
        """Asks again, some after other turns and a system text: the answers must not change."""
        noise = (("system", "Be brief."), ("user", "Hello"), ("assistant", "Hi"))
        right = sum(
            self._ask(case.question) == self._ask(case.question, *noise) == self._ask(case.question)
            for case in cases
        )
        return Score("same answer again", right, len(cases), 1.0)

    def _ask(self, question: str, *before: tuple[str, str]) -> str:
        reply = self._engine.ask(*before, ("user", question))
        self.replies.append(reply)
        return reply.text

    def _is_right(self, case: Case) -> bool:
        text = self._ask(case.question)
        right = text == self._answers[case.intent]
        if not right:
            got = self._names.get(text, repr(text[:60]))
            print(f"  wrong: {case.question!r} is {case.intent}, got {got}")
        return right


def report(examiner: Examiner, scores: list[Score]) -> bool:
    """Prints the figures; whether every target was reached."""
    for score in scores:
        mark = "ok" if score.reached else "MISSED"
        share = score.right / score.total
        print(f"{score.name}: {score.right}/{score.total} = {share:.1%} ({mark})")
    ended = sum(reply.finish == "stop" for reply in examiner.replies)
    speeds = sorted(reply.tokens_per_second for reply in examiner.replies)
    print(f"ended by themselves: {ended}/{len(examiner.replies)}")
    print(f"median speed: {speeds[len(speeds) // 2]:.0f} tokens/s on one thread")
    return ended == len(examiner.replies) and all(score.reached for score in scores)


def main() -> None:
    """Evaluates, prints, and pins if asked to and everything pinned is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=GGUF)
    parser.add_argument("--pin", action="store_true")
    arguments = parser.parse_args()
    examiner = Examiner(Engine(arguments.model))
    unseen = held_out()
    scores = [
        examiner.score("pinned", PINNED_CASES, 1.0),
        examiner.score("unseen questions about Paddock", unseen.on_topic, 0.85),
        examiner.score("unseen questions about anything else", unseen.off_topic, 0.95),
        examiner.score("unseen long or strange input", unseen.strange, 0.8),
        examiner.same_again(PINNED_CASES),
    ]
    reached = report(examiner, scores)
    if arguments.pin and scores[0].reached:
        pin(PINNED_CASES, corpus.load().answers())
    raise SystemExit(0 if reached else 1)


if __name__ == "__main__":
    main()
