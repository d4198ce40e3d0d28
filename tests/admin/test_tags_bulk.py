"""Many tags at once: merged, renamed and put below another, each looked at first and taken back as one."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cms.accounts.models import User, user_roles
from cms.admin import sweeping, tag_bulk
from cms.audit.models import Batch, Event
from cms.core.permissions import Permission as P
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post
from cms.taxonomy.models import Tag
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.undo.snapshots import differences, snapshot

LIST = "/admin/tags/"


@pytest.fixture
def person(session: Session, make: Make) -> User:
    person = make.editor()
    session.commit()
    return person


def forget(session: Session) -> None:
    """Give up the lock, and what was known."""
    session.rollback()
    session.expire_all()


@dataclass
class Desk:
    """An editor's browser; a test that held the lock would keep it waiting."""

    browser: Browser
    session: Session

    def get(self, address: str) -> Any:
        forget(self.session)
        return self.browser.get(address)

    def post(self, address: str, form: dict[str, Any] | None = None) -> Any:
        forget(self.session)
        return self.browser.post(address, form)


@pytest.fixture
def editor(browser: Browser, person: User, session: Session) -> Desk:
    return Desk(browser.sign_in(person), session)


def post(browser: Desk, action: str, tags: list[Tag] | None = None, **more: Any) -> Any:
    rows: dict[str, Any] = (
        {"everything": "1", "query": ""} if tags is None else {"rowid": [str(tag.id) for tag in tags]}
    )
    return browser.post(f"{LIST}action/", {"action": action, "url": LIST} | rows | more)


def preview(browser: Desk, action: str, tags: list[Tag] | None = None, **more: Any) -> str:
    answer = post(browser, action, tags, confirmed="1", **more)
    assert answer.status_code == 303, answer.text[:2000]
    assert answer.location
    return str(answer.location)


def run(browser: Desk, place: str) -> Any:
    return browser.post(f"{place}run/")


def typed(tags: list[Tag], **wanted: str) -> dict[str, str]:
    """What the form that renames sends; by slug the name and the address that are wanted, parted by a bar."""
    fields = {}
    for tag in tags:
        name, _bar, slug = wanted.get(tag.slug, f"{tag.name}|{tag.slug}").partition("|")
        fields |= {f"name-{tag.id}": name, f"slug-{tag.id}": slug}
        fields |= {f"name-was-{tag.id}": tag.name, f"slug-was-{tag.id}": tag.slug}
    return fields


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Tag.name).order_by(Tag.name)))


def test_tags_are_merged_after_a_look_and_come_back_as_they_were(editor: Desk, session: Session, make: Make) -> None:
    sea, ocean, water = make.tag("Sea"), make.tag("Ocean"), make.tag("Water")
    make.post(tags=[sea], status=PostStatus.PUBLISHED)
    make.post(tags=[sea, ocean])
    session.commit()
    before = snapshot(session)

    asked = post(editor, "merge", [sea, ocean, water]).text
    assert "Merge: 3 entries" in asked
    assert re.search(rf'<option value="{ocean.id}">Ocean</option>', asked)
    place = preview(editor, "merge", [sea, ocean, water], into=str(ocean.id))
    page = editor.get(place).text
    assert "Merge: 2 entries match" in page
    assert "2 will change" in page
    assert names(session) == ["Ocean", "Sea", "Water"]
    result = run(editor, place).location
    shown = editor.get(result).text
    assert "Merged: 2 tags." in shown
    assert names(session) == ["Ocean"]
    assert editor.get("/tags/sea").location == "/tags/ocean"

    undo = re.search(r'action="(/admin/activity/batches/\d+/undo)"', shown)
    assert undo
    answer = editor.post(undo[1], {"url": LIST})
    assert "Undone: 2 tags." in editor.get(answer.location).text
    assert differences(before, snapshot(session)) == []


def test_a_tag_that_limits_a_role_is_foreseen_as_not_theirs_to_merge(
    editor: Desk, session: Session, make: Make
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    make.tag("Sky")
    make.role(P.POST_EDIT, tags=(sea,), label="Sea desk")
    session.commit()

    place = preview(editor, "merge", None, into=str(ocean.id))

    page = editor.get(place).text
    assert "1 will change" in page
    assert "1 you may not change" in page
    assert "“Sea desk” is limited to “Sea”" in page
    run(editor, place)
    assert names(session) == ["Ocean", "Sea"]


def test_the_tag_that_stays_went_away_meanwhile(editor: Desk, session: Session, make: Make) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    session.commit()
    place = preview(editor, "merge", [sea, ocean], into=str(ocean.id))
    session.execute(delete(Tag).where(Tag.id == ocean.id))
    session.commit()

    again = run(editor, place).location

    page = editor.get(again).text
    assert "Look at it again: nothing was changed yet." in page
    assert "0 will change" in page
    assert names(session) == ["Sea"]


def test_each_tag_gets_a_name_and_an_address_of_its_own(editor: Desk, session: Session, make: Make) -> None:
    tags = [make.tag("Sea"), make.tag("Lake"), make.tag("Sky")]
    make.post(tags=tags[:2], status=PostStatus.PUBLISHED)
    session.commit()
    before = snapshot(session)
    form = post(editor, "rename", tags).text
    for tag in tags:
        assert re.search(rf'name="slug-{tag.id}" value="{tag.slug}"', form)

    place = preview(editor, "rename", tags, **typed(tags, sea="Ocean|", lake="Loch|the-loch"))
    assert "2 will change" in editor.get(place).text
    assert "1 × It is so already." in editor.get(place).text
    run(editor, place)

    found = session.execute(select(Tag.name, Tag.slug).order_by(Tag.id)).all()
    assert found == [("Ocean", "ocean"), ("Loch", "the-loch"), ("Sky", "sky")]
    assert [editor.get(f"/tags/{old}").location for old in ("sea", "lake")] == ["/tags/ocean", "/tags/the-loch"]
    batch = session.scalars(select(Batch.id)).one()
    editor.post(f"/admin/activity/batches/{batch}/undo", {"url": LIST})
    assert differences(before, snapshot(session)) == []


def test_a_name_that_another_row_gives_up_is_free_in_the_preview_as_in_the_run(
    editor: Desk, session: Session, make: Make
) -> None:
    tags = [make.tag("Sea"), make.tag("Lake")]
    make.tag("Sky")
    session.commit()

    place = preview(editor, "rename", tags, **typed(tags, sea="Ocean|ocean", lake="Sea|sea"))
    assert "2 will change" in editor.get(place).text
    run(editor, place)
    assert names(session) == ["Ocean", "Sea", "Sky"]
    wrong = preview(editor, "rename", tags, **typed(tags, ocean="Sky|ocean", sea=f"{'x' * 81}|sea"))
    page = editor.get(wrong).text
    assert "1 × There is a tag of this name already." in page
    assert "1 × A tag has at most 80 characters." in page


def test_what_somebody_else_renamed_meanwhile_is_left_alone(editor: Desk, session: Session, make: Make) -> None:
    tag = make.tag("Sea")
    session.commit()
    wanted = typed([tag], sea="Ocean|ocean")
    tag.name, tag.key = "Water", "water"
    session.commit()

    place = preview(editor, "rename", [tag], **wanted)

    assert "1 × It was renamed by somebody else in the meantime." in editor.get(place).text
    run(editor, place)
    assert names(session) == ["Water"]


def test_everything_that_matches_is_renamed_on_one_form_or_is_too_much(
    editor: Desk, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Sea", "Lake", "Sky"):
        make.tag(name)
    session.commit()

    assert post(editor, "rename", None, query="search=S").text.count("<fieldset") == 2
    monkeypatch.setattr(tag_bulk, "MOST_RENAMED", 2)
    refused = post(editor, "rename", None)
    assert refused.status_code == 422
    assert "Select fewer." in refused.text


def test_tags_are_put_below_another_and_a_circle_is_refused_by_name(
    editor: Desk, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    top = make.tag("Water")
    sea = make.tag("Sea", parent_id=top.id)
    others = [make.tag(name) for name in ("Lake", "Pond", "River")]
    session.commit()
    before = snapshot(session)

    place = preview(editor, "below", [top, sea, *others], parent=str(sea.id))
    page = editor.get(place).text
    assert "3 will change" in page
    assert "1 × “Water” cannot lie below itself: “Sea” is below it already." in page
    assert "1 × A tag cannot lie below itself." in page
    for _chunk in range(3):
        run(editor, place)
    assert "3 done, 2 skipped, 0 refused" in editor.get(place).text
    assert session.scalars(select(Tag.parent_id).where(Tag.id.in_([one.id for one in others]))).all() == [sea.id] * 3

    batch = session.scalars(select(Batch.id)).one()
    assert session.scalars(select(Event.verb).where(Event.batch_id == batch)).all() == ["tag.update"] * 3
    editor.post(f"/admin/activity/batches/{batch}/undo", {"url": LIST})
    assert differences(before, snapshot(session)) == []


def test_tags_come_to_the_top_again(editor: Desk, session: Session, make: Make) -> None:
    top = make.tag("Water")
    sea = make.tag("Sea", parent_id=top.id)
    session.commit()

    run(editor, preview(editor, "below", [top, sea], parent="top"))

    session.expire_all()
    assert sea.parent_id is None


def test_a_bulk_of_selected_tags_is_stopped_between_chunks(
    editor: Desk, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    tags = [make.tag() for _number in range(5)]
    session.commit()
    place = preview(editor, "merge", tags, into=str(tags[4].id))

    run(editor, place)
    editor.post(f"{place}stop/")
    run(editor, place)

    assert len(names(session)) == 3
    assert "Merge: stopped after 2 of 4" in editor.get(place).text


def test_what_a_preview_costs_does_not_grow_with_the_tags(
    editor: Desk, session: Session, make: Make, engine: Any
) -> None:
    stays = make.tag("Ocean").id

    def cost(action: str, **parameter: str) -> int:
        with counted(engine) as statements:
            preview(editor, action, None, **parameter)
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
    editor: Desk, person: User, session: Session, make: Make
) -> None:
    tags = [make.tag() for _number in range(2)]
    session.commit()
    place = preview(editor, "merge", tags, into=str(tags[0].id))
    session.execute(delete(user_roles).where(user_roles.c.user_id == person.id))
    session.commit()

    assert run(editor, place).status_code == 403
    assert post(editor, "rename", tags).status_code == 403


def test_one_tag_is_merged_from_its_own_page(editor: Desk, session: Session, make: Make) -> None:
    sea = make.tag("Sea")
    make.tag("Ocean")
    session.commit()

    page = editor.get(f"{LIST}edit/?id={sea.id}").text

    assert 'name="action" value="merge"' in page
    assert "Merge: 1 entry" in post(editor, "merge", [sea]).text


def test_the_form_of_one_tag_leaves_a_redirect_as_well(editor: Desk, session: Session, make: Make) -> None:
    sea = make.tag("Sea")
    make.post(tags=[sea], status=PostStatus.PUBLISHED)
    session.commit()

    editor.post(f"{LIST}edit/?id={sea.id}", {"name": "Ocean", "slug": "ocean"})

    answer = editor.get("/tags/sea")
    assert (answer.status_code, answer.location) == (301, "/tags/ocean")
    assert editor.get("/tags/ocean").status_code == 200


def test_a_kept_view_of_an_old_address_shows_the_posts_of_the_new_one(
    editor: Desk, session: Session, make: Make
) -> None:
    sea, ocean = make.tag("Sea"), make.tag("Ocean")
    make.post(tags=[sea], title="Tides")
    make.tag("Bay", parent_id=sea.id)
    session.commit()
    editor.post("/admin/posts/views/", {"name": "About the sea", "query": "tag=sea"})

    run(editor, preview(editor, "merge", [sea, ocean], into=str(ocean.id)))

    assert "Tides" in editor.get("/admin/posts/?tag=sea").text
    assert "Tides" not in editor.get("/admin/posts/?tag=lake").text
    assert 'About the sea <span class="soft">1</span>' in editor.get("/admin/posts/").text
    assert "/tags/bay" in editor.get(f"{LIST}?parent=sea").text
    assert session.scalars(select(Post.title)).all() == ["Tides"]


def test_names_in_a_batch_are_what_was_typed(editor: Desk, session: Session, make: Make) -> None:
    tag = make.tag("Sea")
    session.commit()

    preview(editor, "rename", [tag], **typed([tag], sea="Ocean|ocean"))

    kept = json.loads(session.scalars(select(Batch)).one().parameters["names"])
    assert kept == {str(tag.id): ["Ocean", "ocean", "Sea", "sea"]}
