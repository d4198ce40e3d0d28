"""Proof that no word was lost: the words a visitor read before, against the words a visitor reads now."""

import html
import re
from collections import Counter

WORD = re.compile(r"\w+")
UNSEEN = re.compile(
    r"<!--.*?-->|<(script|style|noscript|template|iframe|object)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
#: Tags inside a word; every other tag ends one.
INSIDE_WORDS = re.compile(
    r"</?(?:abbr|acronym|b|bdi|bdo|big|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|"
    r"sub|sup|time|tt|u|var|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def visible_words(page: str) -> Counter[str]:
    """The words of a piece of HTML, tags and comments apart."""
    text = UNSEEN.sub(" ", page)
    text = TAG.sub(" ", INSIDE_WORDS.sub("", text))
    return Counter(WORD.findall(html.unescape(text).casefold()))


def lost_words(source: Counter[str], shown: Counter[str]) -> list[str]:
    """What was there and is not, in alphabetical order; empty is the promise."""
    return sorted((source - shown).elements())
