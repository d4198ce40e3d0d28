"""Proof that no word was lost: the words a visitor read before, against the words a visitor reads now."""

import html
import re
from collections import Counter

from cms.importers.wordpress.shortcodes import ATTRIBUTE, TOKEN

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
SHORTCODES = frozenset({"gallery", "playlist", "audio", "video", "embed", "code", "sourcecode"})


def visible_words(page: str) -> Counter[str]:
    """The words of a piece of HTML, tags and comments apart."""
    text = UNSEEN.sub(" ", page)
    text = TAG.sub(" ", INSIDE_WORDS.sub("", text))
    return Counter(WORD.findall(html.unescape(text).casefold()))


def words_of_source(source: str) -> Counter[str]:
    """The visible words of a WordPress post, whose shortcodes count for the caption they carry and for nothing else."""
    return visible_words(TOKEN.sub(_caption, UNSEEN.sub(" ", source)))


def _caption(found: re.Match[str]) -> str:
    name = found["name"].lower()
    if name not in ("caption", "wp_caption"):
        is_code = found["close"] or "=" in found["rest"] or name in SHORTCODES
        return " " if is_code else found[0]
    return " ".join(part["a"] or "" for part in ATTRIBUTE.finditer(found["rest"]) if part["name"] == "caption")


def lost_words(source: Counter[str], shown: Counter[str]) -> list[str]:
    """What was there and is not, in alphabetical order; empty is the promise."""
    return sorted((source - shown).elements())
