"""What PostgreSQL plans once for all values tells it how few rows are wanted, or it plans for a tenth of the table."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.factories import Make


@pytest.fixture
def site(session: Session, make: Make, now: datetime) -> list[str]:
    """Pages with all that may be asked for: tags, a series, neighbours, comments."""
    tags, series = [make.tag(), make.tag()], make.series()
    posts = [make.post(status=PUBLISHED, tags=tags, series=series, series_position=n) for n in range(3)]
    for post in posts:
        make.comment(post=post, status="approved")
    session.commit()
    return ["/", "/posts", "/feed.atom", *(f"/posts/{post.slug}" for post in posts)]


def test_no_statement_that_is_planned_once_has_a_limit_that_it_is_not_told(
    engine: Engine, browser: Browser, site: list[str]
) -> None:
    once: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if getattr(connection.connection.driver_connection, "prepare_threshold", None) == 0:
            once.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for path in site:
            assert browser.get(path, base_url="http://127.0.0.1").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    limits = re.findall(r"\bLIMIT (\S+)", " ".join(once))
    assert len(limits) >= (len(site) if engine.dialect.name == "postgresql" else 0)
    assert all(limit.strip(")").isdecimal() for limit in limits), limits
