"""What the person looking has chosen."""

from typing import Any

from cms.web import visitor

THEMES = ("light", "dark")


def preferences() -> dict[str, Any]:
    """Their choices by key; nothing for somebody who is not signed in."""
    person = visitor()
    return person.preferences if person is not None else {}


def theme() -> str:
    """`light` or `dark`; empty where the system decides."""
    chosen = preferences().get("theme")
    return chosen if chosen in THEMES else ""


def has_shortcuts() -> bool:
    """Single keys act unless somebody switched them off."""
    return preferences().get("shortcuts") is not False
