"""Things to ask about that no list holds: numbers, made-up words, foreign scripts."""

from random import Random

from assets.demo_model.corpus import OffTopic
from assets.demo_model.noise import LETTERS

ONSETS = (
    "b c d f g h j k l m n p r s t v w z br ch cl cr dr fl fr gl gr pl pr sh sl sn sp st str th tr"
)
VOWELS = "a e i o u ai ea ee oa oo ou"
CODAS = " n r s t l m ck ng nd st x d p tion er ing ed ly ness ism"
SCRIPTS = (
    (0x400, 0x44F),
    (0x4E00, 0x9FA0),
    (0x3040, 0x30FF),
    (0xE0, 0xFF),
    (0x1F600, 0x1F64F),
    (0x390, 0x3C9),
    (0x5D0, 0x5EA),
)


def number(rng: Random) -> str:
    """A whole number, small ones more often."""
    return str(rng.randint(0, rng.choice((20, 100, 5000))))


def nonsense(rng: Random) -> str:
    """A made-up word, pronounceable most of the time."""
    if rng.random() < 0.15:
        return "".join(rng.choice(LETTERS) for _ in range(rng.randint(2, 9)))
    syllables = rng.choice((1, 1, 2, 2, 3))
    onsets, vowels = ONSETS.split(), VOWELS.split()
    stem = "".join(rng.choice(onsets) + rng.choice(vowels) for _ in range(syllables))
    return stem + rng.choice(CODAS.split(" "))


def foreign(rng: Random, off_topic: OffTopic) -> str:
    """A phrase in another language, or random letters of another script."""
    if rng.random() < 0.7:
        return rng.choice(off_topic.foreign)
    low, high = rng.choice(SCRIPTS)
    return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 8)))


def lookalike(rng: Random, off_topic: OffTopic) -> str:
    """A made-up word that begins like one of Paddock's ("portugal", "startish")."""
    return rng.choice(off_topic.lookalike_stems) + rng.choice(off_topic.lookalike_endings)
