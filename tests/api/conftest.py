"""Programs of people."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.api import limits
from cms.comments.lifecycle import APPROVED
from cms.posts.lifecycle import DRAFT, PUBLISHED
from cms.web.rates import Rate
from tests.api.program import Program, program_of
from tests.factories import Make

Of = Callable[..., Program]
MANY = Rate("many", 100_000, 3600)


@pytest.fixture
def stranger(app: Flask, clean: None) -> Program:
    """Without a token."""
    return Program(app)


@pytest.fixture
def of(app: Flask, session: Session) -> Of:
    """The program of somebody, with some of their rights or all."""

    def _of(person: User, scopes: Iterable[str] | None = None) -> Program:
        return program_of(app, session, person, scopes)

    return _of


@pytest.fixture
def ids(session: Session, make: Make) -> dict[str, int]:
    """A site with one of each kind that readers know, and one that they do not."""
    ines, media = make.user("author", username="ines"), make.media()
    tag, series = make.tag("Sea", description="Salt water. " * 60), make.series("Clocks")
    place: dict[str, Any] = {"series_id": series.id, "series_position": 1, "featured_media_id": media.id}
    body = "Ropes and nets. " * 90
    post = make.post(slug="it", body=body, author=ines, tags=[tag], status=PUBLISHED, **place)
    make.post(title="Another", status=PUBLISHED)
    make.post(status=DRAFT)
    above = make.page(slug="about", status=PUBLISHED)
    page = make.page(slug="team", parent=above, status=PUBLISHED)
    comment = make.comment(post, status=APPROVED, author_id=ines.id, guest_name="")
    session.commit()
    found = {"post": post, "page": page, "tag": tag, "series": series, "media": media, "comment": comment, "user": ines}
    return {name: one.id for name, one in found.items()}


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers may ask as often as a test has to."""
    monkeypatch.setattr(limits, "STRANGERS", MANY)
