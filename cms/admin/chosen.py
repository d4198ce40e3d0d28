"""What the person looking has chosen, asked once a request."""

from typing import Any

from flask import g

from cms.extensions import db
from cms.web import visitor
from cms.workspace import queries

THEMES = ("light", "dark")


def preferences() -> dict[str, Any]:
    """Their choices by key; nothing for somebody who is not signed in."""
    if "preferences" not in g:
        person = visitor()
        g.preferences = queries.preferences(db.session(), person) if person is not None else {}
    found: dict[str, Any] = g.preferences
    return found


def theme() -> str:
    """`light` or `dark`; empty where the system decides."""
    chosen = preferences().get("theme")
    return chosen if chosen in THEMES else ""


def has_shortcuts() -> bool:
    """Single keys act unless somebody switched them off."""
    return preferences().get("shortcuts") is not False
