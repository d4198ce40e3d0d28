"""Older versions: how they are found, and the way back to one."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.permissions import Permission
from cms.posts import actions, queries
from cms.posts.models import Post, PostKind, Revision, RevisionKind
from tests.accounts.events import events
from tests.factories import Make
from tests.posts.conftest import HOUR, Create, Save


@pytest.fixture
def post(create: Create, save: Save) -> Post:
    """With two versions."""
    post = create("Night ferry", body="It leaves at ten.", tags=["Sea"])
    save(post, title="Night boat", body="It leaves at nine.", tags=["Boats"], slug="night-boat")
    return post


def version(session: Session, post: Post, number: int) -> Revision:
    revision = queries.revision(session, post, number)
    assert revision is not None
    return revision


def test_the_history_has_the_newest_first_with_who_wrote_it(session: Session, post: Post, editor: User) -> None:
    session.commit()
    session.expunge_all()

    found = session.scalars(queries.revisions(post)).all()

    assert [(revision.number, revision.author.id) for revision in found] == [(2, editor.id), (1, editor.id)]
    assert queries.revision(session, post, 3) is None


def test_an_older_version_comes_back_as_a_new_one(session: Session, post: Post, editor: User, now: datetime) -> None:
    restored = actions.bring_back(session, post, version(session, post, 1), by=editor, at=now + HOUR)

    assert (restored.number, restored.kind, restored.note) == (3, RevisionKind.RESTORE, "Version 1 brought back")
    assert (post.title, post.body, post.slug) == ("Night ferry", "It leaves at ten.", "night-ferry")
    assert [tag.name for tag in post.tags] == ["Sea"]
    assert version(session, post, 2).snapshot["title"] == "Night boat"
    saved = events(session)[-1]
    assert (saved.verb, saved.changes["title"]) == ("post.save", ["Night boat", "Night ferry"])


def test_the_newest_version_is_here_already(session: Session, post: Post, editor: User, now: datetime) -> None:
    with pytest.raises(Conflict):
        actions.bring_back(session, post, version(session, post, 2), by=editor, at=now + HOUR)

    assert post.version == 2


def test_a_text_that_lost_a_conflict_can_be_brought_back(
    session: Session, post: Post, editor: User, now: datetime
) -> None:
    lost = actions.keep_untaken(session, post, {"body": "It leaves at eleven."}, base_version=1, by=editor, at=now)

    actions.bring_back(session, post, lost, by=editor, at=now + HOUR)

    assert (post.body, post.title, post.version) == ("It leaves at eleven.", "Night boat", 4)


def test_who_may_not_edit_brings_nothing_back(session: Session, post: Post, make: Make, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.bring_back(session, post, version(session, post, 1), by=make.moderator(), at=now)


def test_fields_that_one_may_not_change_stay_as_they_are(
    session: Session, create: Create, save: Save, make: Make, now: datetime
) -> None:
    writer, first = make.user(make.role(Permission.POST_EDIT), "contributor"), make.author()
    limited = make.contributor()
    post = create("Night ferry", author_id=first.id, seo_title="Ferries")
    save(post, author_id=limited.id, seo_title="", title="Night boat")

    actions.bring_back(session, post, version(session, post, 1), by=limited, at=now + HOUR)
    assert (post.title, post.author_id, post.seo_title) == ("Night ferry", limited.id, "")

    actions.bring_back(session, post, version(session, post, 1), by=writer, at=now + HOUR)
    assert (post.author_id, post.seo_title) == (first.id, "")


def test_what_cannot_be_as_it_was_keeps_no_text_from_coming_back(
    session: Session, create: Create, save: Save, make: Make, editor: User, now: datetime
) -> None:
    left = make.author()
    page = create("Team", kind=PostKind.PAGE, author_id=left.id, body="We are three.")
    save(page, slug="people", author_id=editor.id, body="We are four.")
    left.active = False
    create("Team", kind=PostKind.PAGE)

    restored = actions.bring_back(session, page, version(session, page, 1), by=editor, at=now + HOUR)

    assert (page.body, page.slug, page.author_id) == ("We are three.", "people", editor.id)
    assert restored.snapshot["slug"] == "people"


def test_a_version_below_what_lies_below_it_now_comes_back_where_the_page_is(
    session: Session, create: Create, save: Save, editor: User, now: datetime
) -> None:
    about = create("About", kind=PostKind.PAGE)
    team = create("Team", kind=PostKind.PAGE, parent_id=about.id, body="We are three.")
    save(team, parent_id=None, body="We are four.")
    save(about, parent_id=team.id)

    actions.bring_back(session, team, version(session, team, 1), by=editor, at=now + HOUR)

    assert (team.body, team.parent_id) == ("We are three.", None)


def test_a_version_that_breaks_a_rule_of_today_is_refused_whole(
    session: Session, post: Post, editor: User, now: datetime
) -> None:
    old = version(session, post, 1)
    old.snapshot = old.snapshot | {"tags": [f"Tag {number}" for number in range(40)]}

    with pytest.raises(Invalid) as refused:
        actions.bring_back(session, post, old, by=editor, at=now + HOUR)

    assert list(refused.value.fields) == ["tags"]
    assert (post.title, post.version) == ("Night boat", 2)
