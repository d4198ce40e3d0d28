"""Colours as `#rrggbb`: how well one is read on another, by WCAG 2, and what lies between two."""

import re

#: What text needs on its ground, and what the border of a control or a mark needs (WCAG 2.2, 1.4.3 and 1.4.11).
TEXT, BORDER = 4.5, 3.0
BLACK, WHITE = "#000000", "#ffffff"
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_STEPS = 100


def hex_of(text: str) -> str | None:
    """`#rrggbb` in small letters of whatever way of writing that; None where it is no such colour."""
    found = text.strip().lower()
    if not _HEX.fullmatch(found):
        return None
    return found if len(found) == 7 else "#" + "".join(digit * 2 for digit in found[1:])


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """The first with so much of the other in it."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def nearest(ground: str, ink: str, *, needed: float, on: tuple[str, ...]) -> str:
    """The colour on the way from a ground to its ink that is the first to be told from all of these so well."""
    ways = (mixed(ground, ink, step / _STEPS) for step in range(_STEPS))
    return next((way for way in ways if all(contrast(way, other) >= needed for other in on)), ink)


def readable_on(ground: str) -> str:
    """Black or white, whichever is read better: one of them always reaches 4.5."""
    return max(BLACK, WHITE, key=lambda ink: contrast(ink, ground))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
