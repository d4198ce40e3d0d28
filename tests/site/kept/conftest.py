"""A site to which anything may happen."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms import create_app
from cms.accounts.models import User
from cms.comments.lifecycle import APPROVED
from cms.extensions import db
from cms.posts import actions
from cms.posts.actions.moving import possible_moves
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.series.models import Series
from cms.settings.models import SettingValue
from tests.browser import Browser
from tests.factories import Make

Change = Callable[[], object]


@pytest.fixture
def post(session: Session, make: Make) -> Post:
    ines = make.user("author", username="ines", display_name="Ines Pellow")
    place = {"series_id": make.series("Clocks").id, "series_position": 1}
    post = make.post(slug="it", title="The tide clock", author=ines, tags=[make.tag("Sea")], status=PUBLISHED, **place)
    make.post(slug="other", title="Ropes", author=ines, status=PUBLISHED)
    make.page(slug="about", title="About us", status=PUBLISHED)
    session.commit()
    return post


@pytest.fixture
def changes(session: Session, make: Make, post: Post) -> list[Change]:
    """All kinds of things that readers may see, each of which can happen at any time."""
    editor = make.editor()
    numbers = iter(range(10_000))

    def edit() -> None:
        at = post.updated_at + timedelta(seconds=1)
        actions.save(session, post, {"title": f"Tide {next(numbers)}"}, base_version=post.version, by=editor, at=at)

    def move(step: PostMove) -> None:
        if step in possible_moves(post):
            actions.move_post(session, post, step, by=editor, at=post.updated_at + timedelta(seconds=1))

    def say() -> None:
        text = f"Comment {next(numbers)}"
        make.comment(post, status=APPROVED, body=text, body_html=f"<p>{text}</p>")

    def rename_author() -> None:
        session.get_one(User, post.author_id).display_name = f"Ines {next(numbers)}"

    def rename_tag() -> None:
        post.tags[0].name = f"Sea {next(numbers)}"

    def rename_series() -> None:
        session.get_one(Series, post.series_id).title = f"Clocks {next(numbers)}"

    def write_another() -> None:
        make.post(title=f"Net {next(numbers)}", status=PUBLISHED, series_id=post.series_id, tags=post.tags)

    def set_up() -> None:
        kept = session.scalar(select(SettingValue).where(SettingValue.key == "title"))
        kept = kept or SettingValue(key="title", updated_at=post.updated_at)
        kept.value = f"Site {next(numbers)}"
        session.add(kept)

    moves = [lambda step=step: move(step) for step in (PostMove.PUBLISH, PostMove.UNPUBLISH, PostMove.TRASH)]
    return [edit, *moves, say, rename_author, rename_tag, rename_series, write_another, set_up]


@pytest.fixture
def two_processes(
    clean: None, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Browser, Browser]]:
    """Of one machine: they share files, and no memory."""
    monkeypatch.setenv("CMS_DATABASE_URL", database_url)
    monkeypatch.setenv("CMS_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
    apps = [create_app("testing") for _number in range(2)]
    yield Browser(apps[0]), Browser(apps[1])
    for app in apps:
        with app.app_context():
            db.engine.dispose()
