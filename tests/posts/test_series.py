"""Posts in a series: what is worked on, what readers see of it, and what the history keeps."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.posts import actions, queries
from cms.posts.actions import series as placing
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition, Post, PostKind, Revision
from cms.redirects.models import Redirect
from cms.series import actions as series_acts
from cms.series.models import Series
from tests.factories import Make

MINUTE = timedelta(minutes=1)


@pytest.fixture
def editor(make: Make) -> User:
    return make.editor()


@pytest.fixture
def save(session: Session, editor: User, now: datetime) -> Callable[..., Post]:
    def save(post: Post, **changes: Any) -> Post:
        post = queries.get(session, post.id, viewer=editor)
        actions.save(session, post, changes, base_version=post.version, by=editor, at=now)
        return post

    return save


def live(session: Session, post: Post) -> Edition:
    return session.scalars(select(Edition).where(Edition.post_id == post.id, Edition.live_until.is_(None))).one()


def test_the_next_part_comes_after_the_last_one_where_no_number_is_given(
    session: Session, make: Make, save: Callable[..., Post], now: datetime
) -> None:
    tides = make.series("Tides")
    make.post(series_id=tides.id, series_position=4)
    make.post(series_id=tides.id, series_position=9, trashed_at=now)

    post = save(make.post(), series_id=tides.id)
    assert (post.series, post.series_position) == (tides, 5)

    assert save(post, series_position=2).series_position == 2
    assert save(post, series_position=None).series_position == 5
    assert save(post, series_id=make.series().id, series_position=3).series_position == 3


def test_a_new_post_may_begin_in_a_series(session: Session, make: Make, editor: User, now: datetime) -> None:
    tides = make.series("Tides")

    post = actions.create(session, PostKind.POST, {"title": "Ebb", "series_id": tides.id}, by=editor, at=now)

    assert (post.series_id, post.series_position) == (tides.id, 1)
    event = session.scalars(select(Event).where(Event.verb == "post.create")).one()
    assert event.changes["series_id"] == [None, tides.id]


def test_who_leaves_a_series_has_no_place_in_it(make: Make, save: Callable[..., Post]) -> None:
    post = save(make.post(series_id=make.series().id, series_position=3), series_id=None, series_position=3)

    assert (post.series_id, post.series, post.series_position) == (None, None, None)


def test_two_parts_may_have_one_number(make: Make, save: Callable[..., Post]) -> None:
    tides = make.series("Tides")
    make.post(series_id=tides.id, series_position=1)

    assert save(make.post(), series_id=tides.id, series_position=1).series_position == 1


@pytest.mark.parametrize("place", [0, -1, 10_000])
def test_a_number_that_no_part_can_have_is_refused_on_its_field(
    make: Make, save: Callable[..., Post], place: int
) -> None:
    tides, post = make.series(), make.post()

    with pytest.raises(Invalid) as refusal:
        save(post, series_id=tides.id, series_position=place)

    assert refusal.value.fields == {"series_position": "This must be a number from 1 to 9999."}


def test_only_posts_join_and_only_a_series_that_is_there_and_has_room(
    make: Make, save: Callable[..., Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    tides = make.series("Tides")
    monkeypatch.setattr(placing, "MOST_PARTS", 1)
    save(make.post(), series_id=tides.id)

    for text, series_id in ((make.page(), tides.id), (make.post(), tides.id + 1), (make.post(), tides.id)):
        with pytest.raises(Invalid) as refusal:
            save(text, series_id=series_id)
        assert list(refusal.value.fields) == ["series_id"]


def test_readers_see_a_change_of_series_once_it_is_published(
    session: Session, make: Make, save: Callable[..., Post], editor: User, now: datetime
) -> None:
    tides, lights = make.series("Tides"), make.series("Lights")
    post = make.post(status=PUBLISHED, series_id=tides.id, series_position=2)

    save(post, series_id=lights.id, series_position=1)
    assert (live(session, post).series_id, live(session, post).series_position) == (tides.id, 2)

    actions.publish(session, queries.get(session, post.id, viewer=editor), by=editor, at=now + MINUTE)
    assert (live(session, post).series_id, live(session, post).series_position) == (lights.id, 1)


def test_the_history_keeps_the_series_and_brings_it_back(
    session: Session, make: Make, save: Callable[..., Post], editor: User, now: datetime
) -> None:
    tides = make.series("Tides")
    post = save(make.post(), series_id=tides.id, series_position=3)
    save(post, series_id=None)
    kept = session.scalars(select(Revision).where(Revision.post_id == post.id, Revision.number == 2)).one()
    assert (kept.snapshot["series_id"], kept.snapshot["series_position"]) == (tides.id, 3)

    actions.bring_back(session, post, kept, by=editor, at=now)

    assert (post.series_id, post.series_position) == (tides.id, 3)


def test_an_old_version_comes_back_without_a_series_that_is_gone_and_one_of_before_there_were_any_with_what_it_has(
    session: Session, make: Make, save: Callable[..., Post], editor: User, now: datetime
) -> None:
    tides, lights = make.series("Tides"), make.series("Lights")
    post = save(make.post(title="First"), title="Second", series_id=tides.id)
    actions.delete_series(session, tides, by=editor, at=now)
    post = save(post, title="Third", series_id=lights.id, series_position=7)
    first, second = session.scalars(
        select(Revision).where(Revision.post_id == post.id, Revision.number < 3).order_by(Revision.number)
    )
    first.snapshot = {name: value for name, value in first.snapshot.items() if not name.startswith("series")}

    actions.bring_back(session, post, second, by=editor, at=now)
    assert (post.title, post.series_id, post.series_position) == ("Second", lights.id, 7)

    actions.bring_back(session, post, first, by=editor, at=now)
    actions.publish(session, post, by=editor, at=now)
    assert (post.title, live(session, post).series_id) == ("First", lights.id)


def test_a_series_that_is_deleted_leaves_its_parts_to_readers_without_it(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    tides = make.series("Tides")
    shown = make.post(status=PUBLISHED, series_id=tides.id, series_position=1)
    draft = make.post(series_id=tides.id, series_position=2)
    edition = live(session, shown)

    assert actions.delete_series(session, tides, by=editor, at=now) == 2

    assert [one.series_id for one in (shown, draft, edition)] == [None, None, None]
    assert session.scalars(select(Series)).all() == []
    event = session.scalars(select(Event).where(Event.verb == "series.delete")).one()
    assert event.changes["posts"][0] == [shown.id, draft.id]
    assert event.changes["posts_places"][0] == [1, 2]


def test_the_number_of_a_deleted_series_is_never_that_of_another(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    first = make.series("Tides")
    number = first.id
    actions.delete_series(session, first, by=editor, at=now)

    assert series_acts.create(session, {"title": "Lights"}, by=editor, at=now).id != number
    session.flush()
    assert session.scalars(select(Series.id)).one() > number


def test_an_address_that_a_series_gives_up_leads_to_the_new_one(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    tides = make.series("Tides")

    actions.update_series(session, tides, {"slug": "Ebb & flow"}, base_version=1, by=editor, at=now)

    assert (tides.slug, tides.version) == ("ebb-flow", 2)
    redirect = session.scalars(select(Redirect)).one()
    assert (redirect.from_path, redirect.to_path) == ("/series/tides", "/series/ebb-flow")


def test_two_people_who_change_a_series_at_once_do_not_write_over_each_other(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    tides = make.series("Tides")
    actions.update_series(session, tides, {"title": "Ebb"}, base_version=1, by=editor, at=now)

    with pytest.raises(Conflict):
        actions.update_series(session, tides, {"description": "Mine"}, base_version=1, by=editor, at=now)
    assert not actions.update_series(session, tides, {"title": "Ebb"}, base_version=2, by=editor, at=now)


def test_titles_may_be_the_same_and_addresses_not(session: Session, make: Make, editor: User, now: datetime) -> None:
    first, second = (series_acts.create(session, {"title": "Tides"}, by=editor, at=now) for _ in range(2))
    assert (first.slug, second.slug) == ("tides", "tides-2")

    with pytest.raises(Invalid) as refusal:
        actions.update_series(session, second, {"slug": "tides"}, base_version=1, by=editor, at=now)
    assert list(refusal.value.fields) == ["slug"]


@pytest.mark.parametrize(
    "changes", [{"title": " "}, {"title": "x" * 121}, {"slug": "x" * 81}, {"description": "x" * 1001}]
)
def test_what_does_not_fit_is_refused_on_its_field(
    session: Session, editor: User, now: datetime, changes: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        series_acts.create(session, {"title": "Tides"} | changes, by=editor, at=now)

    assert refusal.value.fields.keys() == changes.keys()


def test_who_may_manage_tags_manages_series_and_nobody_else(session: Session, make: Make, now: datetime) -> None:
    tides, author = make.series(), make.author()

    with pytest.raises(NotAllowed):
        series_acts.create(session, {"title": "Mine"}, by=author, at=now)
    with pytest.raises(NotAllowed):
        actions.update_series(session, tides, {"title": "Mine"}, base_version=1, by=author, at=now)
    with pytest.raises(NotAllowed):
        actions.delete_series(session, tides, by=author, at=now)
