"""The words that a visitor read on the WordPress site."""

import re
from collections import Counter

from cms.importers.wordpress.shortcodes import ATTRIBUTE, TOKEN
from cms.importers.words import UNSEEN, visible_words

SHORTCODES = frozenset({"gallery", "playlist", "audio", "video", "embed", "code", "sourcecode"})


def words_of_source(source: str) -> Counter[str]:
    """The visible words of a WordPress post, whose shortcodes count for the caption they carry and for nothing else."""
    return visible_words(TOKEN.sub(_caption, UNSEEN.sub(" ", source)))


def _caption(found: re.Match[str]) -> str:
    name = found["name"].lower()
    if name not in ("caption", "wp_caption"):
        is_code = found["close"] or "=" in found["rest"] or name in SHORTCODES
        return " " if is_code else found[0]
    return " ".join(part["a"] or "" for part in ATTRIBUTE.finditer(found["rest"]) if part["name"] == "caption")
