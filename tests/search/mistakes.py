"""How people mistype: one letter wrong, missing, too many, or two swapped."""

import random
from collections.abc import Callable

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def wrong(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + chance.choice(LETTERS) + word[at + 1 :]


def missing(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at + 1 :]


def added(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word) + 1)
    return word[:at] + chance.choice(LETTERS) + word[at:]


def swapped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


MISTAKES: dict[str, Callable[[str, random.Random], str]] = {
    "wrong": wrong,
    "missing": missing,
    "added": added,
    "swapped": swapped,
}
