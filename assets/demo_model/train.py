"""Trains the demo model and writes ``demo.gguf``: ``python -m assets.demo_model.train``."""

import argparse
import math
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor
from torch.nn import functional

from assets.demo_model import corpus, export, network, tokenizer
from assets.demo_model.files import GGUF
from assets.demo_model.sampler import Sampler

BATCH = 128
BATCHES_PER_POOL = 16
WARM_UP = 100
OPENING = 8
PROMPT_LIMIT = 260


@dataclass(frozen=True, slots=True)
class Stage:
    """One run of the optimizer.

    ``whole_shares`` are the shares of whole answers in its two halves; off-topic
    ones, all the same text, are whole ``off_topic`` times as often.
    """

    steps: int
    peak_rate: float
    whole_shares: tuple[float, float]
    off_topic: float


# First to tell the questions apart, which an answer's opening decides and which is the hard
# part; then to know the answers by heart, which takes few repetitions.
STAGES = (
    Stage(steps=1600, peak_rate=3e-3, whole_shares=(0.1, 0.2), off_topic=1.0),
    Stage(steps=1000, peak_rate=2e-3, whole_shares=(0.15, 0.5), off_topic=0.2),
    Stage(steps=420, peak_rate=1e-3, whole_shares=(0.3, 0.4), off_topic=0.8),
)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One prompt and the part of its answer to learn, as piece ids."""

    prompt: list[int]
    answer: list[int]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


def learn_tokenizer(source: corpus.Corpus, pieces: int) -> tokenizer.Tokenizer:
    """Learns pieces from drawn questions and, weighing more, every answer."""
    sampler = Sampler(source, seed=0)
    texts = Counter(" " + sampler.draw().question for _ in range(12000))
    texts.update(dict.fromkeys(source.answers().values(), 60))
    return tokenizer.learn(texts, pieces)


class Batches:
    """Training batches without end; neighbors in length share one."""

    def __init__(self, source: corpus.Corpus, pieces: tokenizer.Tokenizer, seed: int) -> None:
        self._sampler = Sampler(source, seed)
        self._pieces = pieces
        self._rng = Random(seed)
        self._answers = {
            name: [*pieces.encode(answer), int(tokenizer.Special.END)]
            for name, answer in source.answers().items()
        }

    def pool(self, whole_share: float, off_topic: float) -> list[list[Sequence]]:
        """Shuffled batches; ``whole_share`` of the answers are whole, the rest openings."""
        drawn = [self._draw(whole_share, off_topic) for _ in range(BATCH * BATCHES_PER_POOL)]
        drawn.sort(key=len)
        batches = [drawn[at : at + BATCH] for at in range(0, len(drawn), BATCH)]
        self._rng.shuffle(batches)
        return batches

    def _draw(self, whole_share: float, off_topic: float) -> Sequence:
        example = self._sampler.draw()
        while len(prompt := self._pieces.prompt(example.question)) > PROMPT_LIMIT:
            example = self._sampler.draw()
        answer = self._answers[example.intent]
        if example.intent == corpus.OFF_TOPIC:
            whole_share *= off_topic
        whole = self._rng.random() < whole_share
        return Sequence(prompt, answer if whole else answer[:OPENING])


def to_tensors(batch: list[Sequence]) -> tuple[Tensor, Tensor]:
    """Tokens (batch, length) and, of the same shape, where an answer's piece comes next."""
    length = max(map(len, batch))
    tokens = torch.full((len(batch), length), int(tokenizer.Special.PAD))
    learnt = torch.zeros(len(batch), length, dtype=torch.bool)
    for row, sequence in enumerate(batch):
        tokens[row, : len(sequence)] = torch.tensor(sequence.prompt + sequence.answer)
        learnt[row, len(sequence.prompt) - 1 : len(sequence) - 1] = True
    return tokens, learnt


def learning_rate(step: int, stage: Stage) -> float:
    """Linear warm-up, then half a cosine down to 2 % of the peak."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / stage.steps))
    return stage.peak_rate * min(1, (step + 1) / WARM_UP) * (0.98 * cosine + 0.02)


def make_optimizer(weights: network.Weights) -> torch.optim.AdamW:
    """AdamW; only matrices decay."""
    matrices = [tensor for tensor in weights.values() if tensor.dim() == 2]
    gains = [tensor for tensor in weights.values() if tensor.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": gains, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def train_batch(
    weights: network.Weights,
    shape: network.Shape,
    optimizer: torch.optim.AdamW,
    batch: list[Sequence],
    rate: float,
) -> float:
    """One step; returns the mean loss over the answers' pieces."""
    tokens, learnt = to_tensors(batch)
    states = network.hidden_states(weights, shape, tokens)[:, :-1][learnt[:, :-1]]
    loss = functional.cross_entropy(network.logits(weights, states), tokens[:, 1:][learnt[:, :-1]])
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
    optimizer.step()
    return float(loss.detach())


def train(weights: network.Weights, stage: Stage, batches: Batches, checkpoint: Path) -> None:
    """Trains ``weights`` in place, printing the loss and saving now and then."""
    shape, optimizer = network.Shape(), make_optimizer(weights)
    losses: list[float] = []
    started = time.monotonic()
    while len(losses) < stage.steps:
        whole_share = stage.whole_shares[2 * len(losses) >= stage.steps]
        for batch in batches.pool(whole_share, stage.off_topic):
            rate = learning_rate(len(losses), stage)
            losses.append(train_batch(weights, shape, optimizer, batch, rate))
            if len(losses) % 50 == 0:
                mean, seconds = sum(losses[-50:]) / 50, time.monotonic() - started
                print(f"step {len(losses)} loss {mean:.4f} {seconds:.0f} s", flush=True)
            if len(losses) % 200 == 0:
                torch.save(weights, checkpoint)
            if len(losses) == stage.steps:
                break
    torch.save(weights, checkpoint)


def main() -> None:
    """Learns tokenizer and network, one thread, and exports the GGUF."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--resume-at", type=int, default=0, help="first stage to run, from 0")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    arguments.work.mkdir(parents=True, exist_ok=True)
    source = corpus.load()
    pieces_file = arguments.work / export.PIECES_FILE
    checkpoint = arguments.work / export.WEIGHTS_FILE
    if arguments.resume_at:
        weights, pieces = torch.load(checkpoint), tokenizer.Tokenizer.load(pieces_file)
    else:
        weights = network.initial_weights(network.Shape())
        pieces = learn_tokenizer(source, network.Shape().pieces)
        pieces.save(pieces_file)
    for number in range(arguments.resume_at, len(STAGES)):
        batches = Batches(source, pieces, arguments.seed + number)
        train(weights, STAGES[number], batches, checkpoint)
    export.export(arguments.work, GGUF)


if __name__ == "__main__":
    main()
