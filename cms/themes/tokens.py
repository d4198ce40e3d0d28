"""The colours that a theme's style sheets decide, read out of them so that contrast can be told before it is seen.

A token that settings build upon is written `--paper: light-dark(#fbfaf8, #16171a);`; the last one of a name counts.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"--([a-z0-9-]+)\s*:\s*light-dark\(\s*(#[0-9a-f]{6})\s*,\s*(#[0-9a-f]{6})\s*\)", re.IGNORECASE)
_ANY = re.compile(r"(?<![\w-])--([a-z0-9-]+)\s*:\s*([^;}]+)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: What must be known to say whether text can be read.
BUILT_UPON = (
    "paper",
    "surface",
    "sunken",
    "ink",
    "ink-2",
    "line",
    "line-strong",
    "pencil",
    "pencil-ink",
    "pencil-wash",
)
#: Words in these colours stand on the page itself.
SPOKEN = ("good", "wait", "bad", "plan")

LIGHT, DARK = "light", "dark"
SCHEMES = (LIGHT, DARK)


@dataclass(frozen=True)
class Palette:
    """Colours by name, of each scheme."""

    light: dict[str, str]
    dark: dict[str, str]

    def of(self, scheme: str) -> dict[str, str]:
        return self.light if scheme == LIGHT else self.dark


def palette(style: str) -> Palette:
    """What the tokens in a style sheet are; any that are written otherwise are not known."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for name, of_light, of_dark in _TOKEN.findall(_COMMENT.sub("", style)):
        light[name], dark[name] = of_light.lower(), of_dark.lower()
    return Palette(light, dark)


def unreadable(style: str) -> list[str]:
    """Tokens that settings build upon and that are written so that nobody can tell their contrast."""
    written = {name: value.strip() for name, value in _ANY.findall(_COMMENT.sub("", style)) if name in BUILT_UPON}
    return [f"--{name}: {value}" for name, value in written.items() if not _TOKEN.fullmatch(f"--{name}:{value}")]
