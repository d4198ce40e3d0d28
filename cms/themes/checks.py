"""Whether what an owner decides about colours can be read in the theme that it is meant for."""

from collections.abc import Iterator, Mapping
from typing import Any

from cms.core.i18n import N_, _
from cms.themes import colours
from cms.themes.look import COLOURS, look_of, tokens
from cms.themes.shelf import Layers
from cms.themes.tokens import LIGHT, SCHEMES, SPOKEN

#: Grounds that words stand on.
GROUNDS = ("paper", "surface", "sunken")
_ON_LIGHT = N_(
    "%(colour)s on %(ground)s has a contrast of %(ratio)s to 1; text needs 4.5 to 1 at least. Choose a darker colour."
)
_ON_DARK = N_(
    "%(colour)s on %(ground)s has a contrast of %(ratio)s to 1; text needs 4.5 to 1 at least. Choose a lighter colour."
)
_GROUND_LIGHT = N_(
    "Words in %(colour)s, which the theme needs, have a contrast of %(ratio)s to 1 on %(ground)s; "
    "text needs 4.5 to 1 at least. Choose a lighter background."
)
_GROUND_DARK = N_(
    "Words in %(colour)s, which the theme needs, have a contrast of %(ratio)s to 1 on %(ground)s; "
    "text needs 4.5 to 1 at least. Choose a darker background."
)


def faults(settings: Mapping[str, Any], layers: Layers) -> dict[str, str]:
    """A sentence with the ratio for each setting that makes words unreadable."""
    found: dict[str, str] = {}
    for scheme in SCHEMES:
        for key, sentence in _of_scheme(settings, layers, scheme):
            found.setdefault(key, sentence)
    return found


def _of_scheme(settings: Mapping[str, Any], layers: Layers, scheme: str) -> Iterator[tuple[str, str]]:
    look = look_of(settings)
    keys = {name: key for key, (name, of) in COLOURS.items() if of == scheme and key in look.colours}
    if not keys:
        return
    known = tokens(look, layers.palette, scheme)
    for name in ("ink", "pencil"):
        if name in keys or "paper" in keys:
            key = keys.get(name, keys.get("paper", ""))
            yield from _worst(known, name, key, _sentence(scheme, is_ground=name not in keys))
    if "paper" in keys:
        for name in SPOKEN:
            yield from _worst(known, name, keys["paper"], _sentence(scheme, is_ground=True))


def _sentence(scheme: str, *, is_ground: bool) -> str:
    if is_ground:
        return _GROUND_LIGHT if scheme == LIGHT else _GROUND_DARK
    return _ON_LIGHT if scheme == LIGHT else _ON_DARK


def _worst(known: dict[str, str], name: str, key: str, sentence: str) -> Iterator[tuple[str, str]]:
    ground = min((known[ground] for ground in GROUNDS), key=lambda ground: colours.contrast(known[name], ground))
    ratio = colours.contrast(known[name], ground)
    if ratio < colours.TEXT:
        # rounded down, so that what is refused never looks like enough
        yield key, _(sentence, colour=known[name], ground=ground, ratio=f"{int(ratio * 100) / 100:.2f}")
