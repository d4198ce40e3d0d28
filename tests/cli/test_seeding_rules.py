"""Seeding adds to what it seeded before, the same each time, and only where nobody is disturbed."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from cms.accounts.models import User
from cms.comments.models import Comment
from cms.extensions import db
from cms.posts.models import Post
from tests.cli.conftest import Result, Site

Run = Callable[..., Result]


def test_a_second_time_adds_others(new_site: Callable[[str], Site]) -> None:
    site = new_site("twice")
    site.seed(60, 30)
    site.seed(40, 43)
    site.command("doctor")

    with site.application() as app, app.app_context():
        counts = [db.session.scalar(select(func.count()).select_from(kind)) for kind in (Post, Comment, User)]
        assert counts == [100, 73, 8]
        assert len(set(db.session.scalars(select(Post.title)))) == 100
        db.session.remove()


def test_the_same_numbers_give_the_same_rows(new_site: Callable[[str], Site]) -> None:
    seen = []
    for name in ("one", "other"):
        site = new_site(name)
        site.seed(60, 30)
        with site.application() as app, app.app_context():
            posts = db.session.execute(select(Post.id, Post.title, Post.body, Post.status, Post.author_id)).all()
            comments = db.session.execute(select(Comment.id, Comment.post_id, Comment.parent_id, Comment.body)).all()
            seen.append((sorted(posts), sorted(comments)))
            db.session.remove()

    assert seen[0] == seen[1]
    assert [len(rows) for rows in seen[0]] == [60, 30]


def test_without_people_nobody_can_sign_in(new_site: Callable[[str], Site]) -> None:
    site = new_site("nobody")
    site.command("seed", "--posts", "20", "--no-people")

    with site.application() as app, app.app_context():
        people = db.session.scalars(select(User)).all()
        assert people
        assert not any(person.active or person.password for person in people)
        db.session.remove()


def refused(result: Result) -> str:
    """The one line that was said."""
    assert (result.code, result.err.count("\n")) == (1, 1)
    return result.err


@pytest.mark.parametrize("env", ["staging", "production"])
def test_it_refuses_where_readers_are(run: Run, env: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMS_ENV", env)
    monkeypatch.setenv("CMS_SECRET_KEY", "kR7vT2mQ9xW4zL8pB3nH6jD1fG5sY0aC")
    monkeypatch.setenv("CMS_BASE_URL", "https://review.example")

    said = refused(run("seed", "--posts", "1"))
    assert said == f"Error: CMS_ENV is {env}. Demo content is only for development.\n"


def test_it_leaves_somebody_elses_installation_alone(run: Run, migrated: None) -> None:
    run("users", "create-owner", "--email", "real@example.com", "--password", "nine lamps along the quay")

    assert "owner who is not a demo person" in refused(run("seed", "--posts", "1"))


def test_comments_need_something_to_be_about(run: Run) -> None:
    assert "no live post" in refused(run("seed", "--comments", "5"))


@pytest.mark.parametrize("count", ["-1", "many", "10000001"])
def test_what_is_no_number_of_posts_is_one_line(run: Run, count: str) -> None:
    assert "--posts" in refused(run("seed", "--posts", count))
