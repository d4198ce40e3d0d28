"""Comments as readers see them, read as plain rows, under the names of the models."""

from datetime import datetime
from typing import NamedTuple


class Speaker(NamedTuple):
    """A name and a portrait to show, and nothing else of a person."""

    id: int
    username: str
    display_name: str
    avatar_id: int | None

    @property
    def name(self) -> str:
        return self.display_name or self.username


class Remark(NamedTuple):
    """A comment as pages show it: neither its source nor what is known of whoever sent it."""

    id: int
    post_id: int
    parent_id: int | None
    author_id: int | None
    created_at: datetime
    edited_at: datetime | None
    guest_name: str
    guest_url: str
    body_html: str
    is_mention: bool
    author: Speaker | None

    @property
    def author_name(self) -> str:
        return self.author.name if self.author is not None else self.guest_name
