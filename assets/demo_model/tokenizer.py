"""A tiny tokenizer with the rules of llama.cpp's SPM ("llama") kind.

Pieces, in this order: the special ones, one per byte, single characters, merged
pieces. A piece's score is minus its rank, so an earlier piece wins a merge.
"""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import cache
from pathlib import Path

SPACE = "▁"
SPECIAL_PIECES = ("<unk>", "<s>", "<|end|>", "<|user|>", "<|bot|>", "<|pad|>")
BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))
FIRST_BYTE = len(SPECIAL_PIECES)
FIRST_NORMAL = FIRST_BYTE + len(BYTE_PIECES)
ALWAYS = "abcdefghijklmnopqrstuvwxyz0123456789" + SPACE
CHUNK = re.compile(rf"{SPACE}?[A-Za-z]+|{SPACE}?[0-9]|{SPACE}?[^\sA-Za-z0-9{SPACE}]+|{SPACE}")
WORD = re.compile(rf"{SPACE}?[^{SPACE}]+|{SPACE}")


class Special(IntEnum):
    """Ids of the special pieces."""

    UNK = 0
    BOS = 1
    END = 2
    USER = 3
    BOT = 4
    PAD = 5


class PieceType(IntEnum):
    """Values of ``tokenizer.ggml.token_type``."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    BYTE = 6


class Tokenizer:
    """Turns text into piece ids exactly as llama.cpp does."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self.pieces = tuple(pieces)
        self._ids = {piece: number for number, piece in enumerate(self.pieces)}
        self._encode_word = cache(self._merge)

    @property
    def types(self) -> list[int]:
        """Piece types, one per piece."""
        special = [PieceType.UNKNOWN] + [PieceType.CONTROL] * (len(SPECIAL_PIECES) - 1)
        normal = [PieceType.NORMAL] * (len(self.pieces) - FIRST_NORMAL)
        return [int(kind) for kind in (*special, *[PieceType.BYTE] * 256, *normal)]

    @property
    def scores(self) -> list[float]:
        """Merge scores, one per piece; higher merges first."""
        return [min(0.0, float(FIRST_NORMAL - number)) for number in range(len(self.pieces))]

    def encode(self, text: str) -> list[int]:
        """Ids of ``text``, without any special piece."""
        words = WORD.findall(text.replace(" ", SPACE))
        return [number for word in words for number in self._encode_word(word)]

    def prompt(self, question: str) -> list[int]:
        """Ids of a whole prompt as the chat template renders it."""
        return [Special.BOS, Special.USER, *self.encode(" " + question), Special.BOT]

    def _merge(self, word: str) -> tuple[int, ...]:
        symbols = list(word)
        while best := min(
            (
                (self._ids[left + right], at)
                for at, (left, right) in enumerate(itertools.pairwise(symbols))
                if left + right in self._ids
            ),
            default=None,
        ):
            at = best[1]
            symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
        return tuple(number for symbol in symbols for number in self._symbol_ids(symbol))

    def _symbol_ids(self, symbol: str) -> list[int]:
        if symbol in self._ids:
            return [self._ids[symbol]]
        return [FIRST_BYTE + byte for byte in symbol.encode()]

    def save(self, path: Path) -> None:
        """Writes the pieces as a JSON array."""
        path.write_text(json.dumps(self.pieces), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Reads what ``save`` wrote."""
        return cls(json.loads(path.read_text(encoding="utf-8")))


def learn(texts: Mapping[str, int], size: int) -> Tokenizer:
    """Learns ``size`` pieces from texts with their weights, commonest pair first.

    Pieces never cross a word and hold a space only in front; everything but
    ASCII stays in bytes. A word seen once teaches nothing.
    """
    words: Counter[str] = Counter()
    for text, weight in texts.items():
        for chunk in CHUNK.findall(text.replace(" ", SPACE)):
            words[chunk] += weight
    letters = {letter for word in words for letter in word if letter.isascii()} | set(ALWAYS)
    pieces = [*SPECIAL_PIECES, *BYTE_PIECES, *sorted(letters)]
    splits = [(list(word), weight) for word, weight in words.items() if weight > 1]
    while len(pieces) < size:
        left, right = _commonest_pair(splits, letters)
        if left + right not in pieces:
            pieces.append(left + right)
        splits = [(_join(symbols, left, right), weight) for symbols, weight in splits]
    return Tokenizer(pieces)


def _commonest_pair(splits: list[tuple[list[str], int]], letters: set[str]) -> tuple[str, str]:
    pairs: Counter[tuple[str, str]] = Counter()
    for symbols, weight in splits:
        for left, right in itertools.pairwise(symbols):
            if left[0] in letters and right[0] in letters:
                pairs[left, right] += weight
    return max(pairs, key=lambda pair: (pairs[pair], pair))


def _join(symbols: list[str], left: str, right: str) -> list[str]:
    out: list[str] = []
    for symbol in symbols:
        if symbol == right and out and out[-1] == left:
            out[-1] = left + right
        else:
            out.append(symbol)
    return out
