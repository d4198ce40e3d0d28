"""Two tags become one: texts, what readers see, tags below, roles and addresses follow, and all of it comes back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, User
from cms.audit.actions import last_recorded
from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.errors import Conflict, NotAllowed
from cms.core.permissions import Permission, Scope
from cms.posts import actions, queries
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Edition, Post, edition_tags, post_tags
from cms.redirects.models import Redirect
from cms.taxonomy.models import Tag
from tests.factories import Make

P = Permission


def tagged(session: Session, tag: Tag) -> set[int]:
    return set(session.scalars(select(post_tags.c.post_id).where(post_tags.c.tag_id == tag.id)))


def leads(session: Session) -> dict[str, str | None]:
    return dict(session.execute(select(Redirect.from_path, Redirect.to_path)).all())


def test_posts_and_what_readers_see_have_the_other_tag_once(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    first, both = make.post(tags=[sea], status=PostStatus.PUBLISHED), make.post(tags=[sea, ocean])
    session.commit()

    actions.merge_tag(session, sea, ocean, by=editor, at=now)
    session.commit()

    assert session.scalars(select(Tag.name)).all() == ["Ocean"]
    assert tagged(session, ocean) == {first.id, both.id}
    edition = session.scalars(select(Edition.id)).one()
    assert session.execute(select(edition_tags)).all() == [(edition, ocean.id)]
    loaded = session.scalars(select(Post).where(Post.id == first.id).options(*queries.loaded())).one()
    assert [tag.name for tag in loaded.tags] == ["Ocean"]
    event = session.scalars(select(Event).where(Event.verb == "tag.merge")).one()
    assert (event.subject_label, event.changes["into_id"]) == ("Sea", [None, ocean.id])
    assert (event.changes["posts"], event.changes["gained_posts"]) == ([[first.id, both.id], []], [[], [first.id]])


def test_tags_below_lie_below_the_one_that_stays(session: Session, make: Make, editor: User, now: datetime) -> None:
    water = make.tag("Water")
    sea = make.tag("Sea", parent_id=water.id)
    bay = make.tag("Bay", parent_id=sea.id)
    cove = make.tag("Cove", parent_id=bay.id)
    session.commit()

    actions.merge_tag(session, sea, cove, by=editor, at=now)
    session.commit()

    session.expire_all()
    assert (cove.parent_id, bay.parent_id) == (water.id, cove.id)


def test_addresses_lead_to_the_one_that_stays_in_one_step(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    sea, ocean, water = make.tag("Sea"), make.tag("Ocean"), make.tag("Water")

    actions.update_tag(session, sea, {"slug": "lake"}, by=editor, at=now)
    actions.merge_tag(session, sea, ocean, by=editor, at=now)
    assert leads(session) == {"/tags/sea": "/tags/ocean", "/tags/lake": "/tags/ocean"}
    actions.merge_tag(session, ocean, water, by=editor, at=now)
    assert set(leads(session).values()) == {"/tags/water"}


def test_an_address_that_is_taken_again_leads_nowhere_else(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    tag = make.tag("Sea")

    for slug in ("lake", "sea"):
        actions.update_tag(session, tag, {"slug": slug}, by=editor, at=now)

    assert leads(session) == {"/tags/lake": "/tags/sea"}


def test_a_redirect_that_somebody_set_by_hand_stays_theirs(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    tag = make.tag("Sea")
    session.add(Redirect(from_path="/tags/sea", to_path="/posts/tides", status=302, created_at=now, updated_at=now))

    actions.update_tag(session, tag, {"slug": "lake"}, by=editor, at=now)

    assert leads(session) == {"/tags/sea": "/posts/tides"}


def test_a_new_name_alone_moves_nothing(session: Session, make: Make, editor: User, now: datetime) -> None:
    actions.update_tag(session, make.tag("Sea"), {"name": "Ocean"}, by=editor, at=now)

    assert leads(session) == {}


def test_a_role_that_is_limited_to_it_is_limited_to_the_other(session: Session, make: Make, now: datetime) -> None:
    owner, sea, ocean = make.owner(), make.tag("Sea"), make.tag("Ocean")
    role = make.role((P.POST_EDIT, Scope.OWN), tags=(sea,))
    both = make.role((P.POST_EDIT, Scope.OWN), tags=(sea, ocean))
    session.commit()

    actions.merge_tag(session, sea, ocean, by=owner, at=now)
    session.commit()

    assert [grant.tag_ids for one in (role, both) for grant in one.grants] == [frozenset({ocean.id})] * 2
    edited = select(Event.subject_id).where(Event.verb == "role.edit").order_by(Event.id)
    assert session.scalars(edited).all() == [role.id, both.id]
    merged = session.scalars(select(Event).where(Event.verb == "tag.merge")).one()
    undo(session, merged, by=owner, at=now + timedelta(hours=1))
    session.expire_all()
    sea_again = session.scalars(select(Tag).where(Tag.name == "Sea")).one()
    limits = [grant.tag_ids for one in session.scalars(select(Role).order_by(Role.id)) for grant in one.grants]
    assert [one for one in limits if one] == [{sea_again.id}, {sea_again.id, ocean.id}]


def test_who_may_not_change_that_role_may_not_merge_its_tag(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    make.role((P.POST_EDIT, Scope.OWN), tags=(sea,), label="Sea desk")
    session.commit()

    with pytest.raises(NotAllowed, match="“Sea desk” is limited to “Sea”"):
        actions.merge_tag(session, sea, ocean, by=editor, at=now)


def test_nobody_widens_a_limited_role_to_posts_that_are_not_theirs_to_edit(
    session: Session, make: Make, now: datetime
) -> None:
    sports, secret, empty = make.tag("Sports"), make.tag("Secret"), make.tag("Empty")
    desk = make.role((P.POST_EDIT, Scope.ANY), tags=(sports,), label="Sports desk")
    person = make.user(desk, make.role(P.TAG_MANAGE))
    make.post(tags=[secret])
    make.post(tags=[empty, sports])
    make.post(tags=[empty], author=person)
    session.commit()

    with pytest.raises(NotAllowed, match="“Sports desk” is limited to “Sports”"):
        actions.merge_tag(session, secret, sports, by=person, at=now)

    with pytest.raises(NotAllowed):
        actions.merge_tag(session, empty, sports, by=person, at=now)
    actions.merge_tag(session, secret, sports, by=make.editor(), at=now)


def test_who_may_tag_its_posts_by_hand_may_merge_into_a_limit(session: Session, make: Make, now: datetime) -> None:
    sports, football = make.tag("Sports"), make.tag("Football")
    make.role((P.POST_PUBLISH, Scope.ANY), tags=(sports,))
    person = make.user(make.role((P.POST_EDIT, Scope.OWN), P.TAG_MANAGE))
    mine = make.post(tags=[football], author=person)
    make.post(tags=[football, sports])
    session.commit()

    actions.merge_tag(session, football, sports, by=person, at=now)

    assert mine.id in tagged(session, sports)


def test_merging_again_asks_the_same(session: Session, make: Make, now: datetime) -> None:
    owner, sports, secret = make.owner(), make.tag("Sports"), make.tag("Secret")
    make.post(tags=[secret])
    desk = make.role((P.POST_EDIT, Scope.ANY), tags=(sports,))
    person = make.user(desk, make.role(P.TAG_MANAGE, P.AUDIT_UNDO))
    actions.merge_tag(session, secret, sports, by=owner, at=now)
    merged = session.scalars(select(Event).where(Event.verb == "tag.merge")).one()
    separated = undo(session, merged, by=owner, at=now)
    session.commit()

    with pytest.raises(NotAllowed):
        undo(session, separated, by=person, at=now)


def test_nothing_is_merged_into_what_somebody_just_deleted(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    session.commit()
    session.refresh(ocean)
    session.execute(delete(Tag).where(Tag.id == ocean.id).execution_options(synchronize_session=False))

    with pytest.raises(Conflict, match="not there any more"):
        actions.merge_tag(session, sea, ocean, by=editor, at=now)


def test_nothing_is_merged_into_itself_nor_by_those_who_do_not_manage_tags(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")

    with pytest.raises(Conflict, match="the one that stays"):
        actions.merge_tag(session, sea, sea, by=editor, at=now)
    for act in (
        lambda: actions.merge_tag(session, sea, ocean, by=make.author(), at=now),
        lambda: actions.update_tag(session, sea, {"name": "Lake"}, by=make.author(), at=now),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_editor_without_a_right_to_redirects_takes_a_rename_back_whole(
    session: Session, make: Make, now: datetime
) -> None:
    tag, other = make.tag("Sea"), make.tag("Ocean")
    person = make.user(make.role(P.TAG_MANAGE))
    actions.update_tag(session, other, {"slug": "deep"}, by=person, at=now)
    before = leads(session)
    actions.merge_tag(session, other, tag, by=person, at=now)
    event = last_recorded(session)
    assert event is not None

    undo(session, event, by=person, at=now + timedelta(hours=1))

    assert leads(session) == before == {"/tags/ocean": "/tags/deep"}
