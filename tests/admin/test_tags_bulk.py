"""Many tags at once: merged and put below another, each looked at first and taken back as one."""

import re
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cms.accounts.models import user_roles
from cms.admin import sweeping
from cms.audit.models import Batch, Event
from cms.core.permissions import Permission as P
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post
from cms.taxonomy.models import Tag
from tests.admin.tags import LIST, Desk, names, post, preview, run
from tests.counting import counted
from tests.factories import Make
from tests.undo.snapshots import differences, snapshot


def test_tags_are_merged_after_a_look_and_come_back_as_they_were(
    editors_desk: Desk, session: Session, make: Make
) -> None:
    sea, ocean, water = make.tag("Sea"), make.tag("Ocean"), make.tag("Water")
    make.post(tags=[sea], status=PostStatus.PUBLISHED)
    make.post(tags=[sea, ocean])
    session.commit()
    before = snapshot(session)

    asked = post(editors_desk, "merge", [sea, ocean, water]).text
    assert "Merge: 3 entries" in asked
    assert re.search(rf'<option value="{ocean.id}">Ocean</option>', asked)
    place = preview(editors_desk, "merge", [sea, ocean, water], into=str(ocean.id))
    page = editors_desk.get(place).text
    assert "Merge: 2 entries match" in page
    assert "2 will change" in page
    assert names(session) == ["Ocean", "Sea", "Water"]
    result = run(editors_desk, place).location
    shown = editors_desk.get(result).text
    assert "Merged: 2 tags." in shown
    assert names(session) == ["Ocean"]
    assert editors_desk.get("/tags/sea").location == "/tags/ocean"

    undo = re.search(r'action="(/admin/activity/batches/\d+/undo)"', shown)
    assert undo
    answer = editors_desk.post(undo[1], {"url": LIST})
    assert "Undone: 2 tags." in editors_desk.get(answer.location).text
    assert differences(before, snapshot(session)) == []


def test_a_tag_that_limits_a_role_is_foreseen_as_not_theirs_to_merge(
    editors_desk: Desk, session: Session, make: Make
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    make.tag("Sky")
    make.role(P.POST_EDIT, tags=(sea,), label="Sea desk")
    session.commit()

    place = preview(editors_desk, "merge", None, into=str(ocean.id))

    page = editors_desk.get(place).text
    assert "1 will change" in page
    assert "1 you may not change" in page
    assert "“Sea desk” is limited to “Sea”" in page
    run(editors_desk, place)
    assert names(session) == ["Ocean", "Sea"]


def test_the_tag_that_stays_went_away_meanwhile(editors_desk: Desk, session: Session, make: Make) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    session.commit()
    place = preview(editors_desk, "merge", [sea, ocean], into=str(ocean.id))
    session.execute(delete(Tag).where(Tag.id == ocean.id))
    session.commit()

    again = run(editors_desk, place).location

    page = editors_desk.get(again).text
    assert "Look at it again: nothing was changed yet." in page
    assert "0 will change" in page
    assert names(session) == ["Sea"]


def test_tags_are_put_below_another_and_a_circle_is_refused_by_name(
    editors_desk: Desk, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    top = make.tag("Water")
    sea = make.tag("Sea", parent_id=top.id)
    others = [make.tag(name) for name in ("Lake", "Pond", "River")]
    session.commit()
    before = snapshot(session)

    place = preview(editors_desk, "below", [top, sea, *others], parent=str(sea.id))
    page = editors_desk.get(place).text
    assert "3 will change" in page
    assert "1 × “Water” cannot lie below itself: “Sea” is below it already." in page
    assert "1 × A tag cannot lie below itself." in page
    for _chunk in range(3):
        run(editors_desk, place)
    assert "3 done, 2 skipped, 0 refused" in editors_desk.get(place).text
    assert session.scalars(select(Tag.parent_id).where(Tag.id.in_([one.id for one in others]))).all() == [sea.id] * 3

    batch = session.scalars(select(Batch.id)).one()
    assert session.scalars(select(Event.verb).where(Event.batch_id == batch)).all() == ["tag.update"] * 3
    editors_desk.post(f"/admin/activity/batches/{batch}/undo", {"url": LIST})
    assert differences(before, snapshot(session)) == []


def test_tags_come_to_the_top_again(editors_desk: Desk, session: Session, make: Make) -> None:
    top = make.tag("Water")
    sea = make.tag("Sea", parent_id=top.id)
    session.commit()

    run(editors_desk, preview(editors_desk, "below", [top, sea], parent="top"))

    session.expire_all()
    assert sea.parent_id is None


def test_a_bulk_of_selected_tags_is_stopped_between_chunks(
    editors_desk: Desk, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    tags = [make.tag() for _number in range(5)]
    session.commit()
    place = preview(editors_desk, "merge", tags, into=str(tags[4].id))

    run(editors_desk, place)
    editors_desk.post(f"{place}stop/")
    run(editors_desk, place)

    assert len(names(session)) == 3
    assert "Merge: stopped after 2 of 4" in editors_desk.get(place).text


def test_what_a_preview_costs_does_not_grow_with_the_tags(
    editors_desk: Desk, session: Session, make: Make, engine: Any
) -> None:
    stays = make.tag("Ocean").id

    def cost(action: str, **parameter: str) -> int:
        with counted(engine) as statements:
            preview(editors_desk, action, None, **parameter)
        return len(statements)

    def both() -> list[int]:
        session.commit()
        return [cost("merge", into=str(stays)), cost("below", parent=str(stays))]

    make.role(P.POST_EDIT, tags=(make.tag("Sea"),))
    few = both()
    for _number in range(20):
        make.role(P.POST_EDIT, tags=(make.tag(),))

    assert both() == few


def test_nobody_without_the_right_merges_not_even_the_next_chunk(
    editors_desk: Desk, session: Session, make: Make
) -> None:
    tags = [make.tag() for _number in range(2)]
    session.commit()
    place = preview(editors_desk, "merge", tags, into=str(tags[0].id))
    session.execute(delete(user_roles).where(user_roles.c.user_id == editors_desk.person.id))
    session.commit()

    assert run(editors_desk, place).status_code == 403
    assert post(editors_desk, "rename", tags).status_code == 403


def test_one_tag_is_merged_from_its_own_page(editors_desk: Desk, session: Session, make: Make) -> None:
    sea = make.tag("Sea")
    make.tag("Ocean")
    session.commit()

    page = editors_desk.get(f"{LIST}edit/?id={sea.id}").text

    assert 'name="action" value="merge"' in page
    assert "Merge: 1 entry" in post(editors_desk, "merge", [sea]).text


def test_a_kept_view_of_an_old_address_shows_the_posts_of_the_new_one(
    editors_desk: Desk, session: Session, make: Make
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    make.post(tags=[sea], title="Tides")
    make.tag("Bay", parent_id=sea.id)
    session.commit()
    editors_desk.post("/admin/posts/views/", {"name": "About the sea", "query": "tag=sea"})

    run(editors_desk, preview(editors_desk, "merge", [sea, ocean], into=str(ocean.id)))

    assert "Tides" in editors_desk.get("/admin/posts/?tag=sea").text
    assert "Tides" not in editors_desk.get("/admin/posts/?tag=lake").text
    assert 'About the sea <span class="soft">1</span>' in editors_desk.get("/admin/posts/").text
    assert "/tags/bay" in editors_desk.get(f"{LIST}?parent=sea").text
    assert session.scalars(select(Post.title)).all() == ["Tides"]
