"""How people really type: synonyms, filler, dropped words, typos, odd punctuation."""

from random import Random

from assets.demo_model.corpus import Words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MARKS = (("?", 40), (".", 8), ("!", 5), ("??", 2), ("...", 1), (" ?", 2), ("", 42))
SHORT_FORMS = (
    ("what is", "what's"),
    ("i am", "i'm"),
    ("do not", "don't"),
    ("cannot", "can't"),
    ("is not", "isn't"),
    ("does not", "doesn't"),
)


def reword(text: str, words: Words, rng: Random) -> str:
    """Swaps some words for synonyms, drops small ones, slips in filler."""
    out: list[str] = []
    for word in text.split():
        if word in words.synonyms and rng.random() < 0.13:
            out.append(rng.choice(words.synonyms[word]))
        elif word not in words.droppable or rng.random() >= 0.07:
            out.append(word)
        if rng.random() < 0.03:
            out.append(rng.choice(words.fillers))
    return " ".join(out)


def frame(text: str, words: Words, rng: Random) -> str:
    """Puts a polite opening before the question, or something after it, now and then."""
    if rng.random() < 0.2:
        text = rng.choice(words.openers) + text
    if rng.random() < 0.15:
        text = text + rng.choice(words.closers)
    return text


def misspell(text: str, rng: Random) -> str:
    """One slip of the finger inside the text: dropped, swapped, doubled or wrong letter."""
    if len(text) < 5:
        return text
    at = rng.randrange(1, len(text) - 1)
    if text[at] == " ":
        return text
    kind = rng.random()
    if kind < 0.35:
        return text[:at] + text[at + 1 :]
    if kind < 0.65:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind < 0.85:
        return text[:at] + text[at] + text[at:]
    return text[:at] + rng.choice(LETTERS) + text[at + 1 :]


def scuff(text: str, rng: Random) -> str:
    """Typos, short forms, lost apostrophes and hyphens, and a mark at the end."""
    for chance in (0.18, 0.04):
        if rng.random() < chance:
            text = misspell(text, rng)
    if rng.random() < 0.3:
        for long, short in SHORT_FORMS:
            text = text.replace(long, short)
    if rng.random() < 0.2:
        text = text.replace("'", "")
    if rng.random() < 0.15:
        text = text.replace("-", " ")
    marks, weights = zip(*MARKS, strict=True)
    return text + str(rng.choices(marks, weights)[0])
