"""What an owner decides about colours and fonts, as a style sheet of a few tokens.

The sheet is made of its address alone: a digest of what it says, the theme, and the decisions. So nothing of it is
stored, a page that is kept somewhere finds the sheet it was made with, and one that is only tried out has one, too.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cms.themes import colours
from cms.themes.fonts import STACKS
from cms.themes.tokens import DARK, LIGHT, SCHEMES, Palette

#: Settings that are colours, in the order of an address: what it colours, in which scheme.
COLOURS = {
    "accent_light": ("pencil", LIGHT),
    "accent_dark": ("pencil", DARK),
    "ground_light": ("paper", LIGHT),
    "ground_dark": ("paper", DARK),
    "ink_light": ("ink", LIGHT),
    "ink_dark": ("ink", DARK),
}
#: Settings that are fonts, and the token of each.
FONTS = {"heading_font": "heading-font", "text_font": "text-font"}
_SPEC = re.compile(r"(?:[0-9a-f]{6}|x)(?:-(?:[0-9a-f]{6}|x)){5}(?:_[a-z-]*){2}")


@dataclass(frozen=True)
class Look:
    """Colours and fonts by the key of their setting; what is left to the theme is not in here."""

    colours: Mapping[str, str]
    fonts: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.colours or self.fonts)

    @property
    def spec(self) -> str:
        """As it stands in an address."""
        chosen = (self.colours.get(key, "#x")[1:] for key in COLOURS)
        return "_".join(["-".join(chosen), *(self.fonts.get(key, "") for key in FONTS)])


def look_of(settings: Mapping[str, Any]) -> Look:
    """What the settings say beside the theme."""
    return Look(
        {key: settings[key] for key in COLOURS if settings[key]},
        {key: settings[key] for key in FONTS if settings[key]},
    )


def read(spec: str) -> Look | None:
    """What an address says; None for one that we never made."""
    if not _SPEC.fullmatch(spec):
        return None
    chosen, *fonts = spec.split("_")
    if any(font not in STACKS for font in fonts):
        return None
    named = zip(COLOURS, chosen.split("-"), strict=True)
    return Look(
        {key: f"#{colour}" for key, colour in named if colour != "x"},
        {key: font for key, font in zip(FONTS, fonts, strict=True) if font},
    )


def sheet(look: Look, theme: Palette) -> str:
    """The style sheet: nothing but colours that we computed and stacks that we wrote."""
    known = {scheme: tokens(look, theme, scheme) for scheme in SCHEMES}
    names = [name for name in theme.light if any(known[scheme].get(name) != theme.of(scheme)[name] for scheme in known)]
    lines = [f"--{name}:light-dark({known[LIGHT][name]},{known[DARK][name]});" for name in names]
    lines += [f"--{FONTS[key]}:{STACKS[font][1]};" for key, font in look.fonts.items()]
    return f":root{{{''.join(lines)}}}\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def tokens(look: Look, theme: Palette, scheme: str) -> dict[str, str]:
    """All colours of a scheme: those decided, and what follows from them so that it can be read."""
    known = dict(theme.of(scheme))
    decided = {name: look.colours[key] for key, (name, of) in COLOURS.items() if of == scheme and key in look.colours}
    known |= decided
    if decided.keys() & {"paper", "ink"}:
        known |= _ground(known["paper"], known["ink"], scheme)
    if decided:
        known |= _accent(known)
    return known


def _ground(paper: str, ink: str, scheme: str) -> dict[str, str]:
    surface = colours.mixed(paper, colours.WHITE, 0.6 if scheme == LIGHT else 0.04)
    sunken = colours.mixed(paper, ink if scheme == LIGHT else colours.BLACK, 0.04 if scheme == LIGHT else 0.22)
    on = (paper, surface, sunken)
    quiet = colours.mixed(paper, ink, 0.72)
    return {
        "surface": surface,
        "sunken": sunken,
        "ink-2": colours.nearest(quiet, ink, needed=colours.TEXT, on=on),
        "line": colours.mixed(paper, ink, 0.13),
        "line-strong": colours.nearest(colours.mixed(paper, ink, 0.4), ink, needed=colours.BORDER, on=on),
    }


def _accent(known: dict[str, str]) -> dict[str, str]:
    """The wash as strong as the accent can still be read on it."""
    accent, paper = known["pencil"], known["paper"]
    washes = (colours.mixed(paper, accent, share / 100) for share in range(12, 0, -2))
    wash = next((wash for wash in washes if colours.contrast(accent, wash) >= colours.TEXT), paper)
    return {"pencil-ink": colours.readable_on(accent), "pencil-wash": wash}
