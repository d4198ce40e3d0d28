"""Tags get other names and addresses, one on its own form or many on one; old addresses lead to the new ones."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.admin import tag_bulk
from cms.audit.models import Batch
from cms.posts.lifecycle import PostStatus
from cms.taxonomy.models import Tag
from tests.admin.tags import LIST, Desk, names, post, preview, run
from tests.factories import Make
from tests.undo.snapshots import differences, snapshot


def typed(tags: list[Tag], **wanted: str) -> dict[str, str]:
    """What the form that renames sends; by slug the name and the address that are wanted, parted by a bar."""
    fields = {}
    for tag in tags:
        name, _bar, slug = wanted.get(tag.slug, f"{tag.name}|{tag.slug}").partition("|")
        fields |= {f"name-{tag.id}": name, f"slug-{tag.id}": slug}
        fields |= {f"name-was-{tag.id}": tag.name, f"slug-was-{tag.id}": tag.slug}
    return fields


def test_each_tag_gets_a_name_and_an_address_of_its_own(editors_desk: Desk, session: Session, make: Make) -> None:
    tags = [make.tag("Sea"), make.tag("Lake"), make.tag("Sky")]
    make.post(tags=tags[:2], status=PostStatus.PUBLISHED)
    session.commit()
    before = snapshot(session)
    form = post(editors_desk, "rename", tags).text
    for tag in tags:
        assert re.search(rf'name="slug-{tag.id}" value="{tag.slug}"', form)

    place = preview(editors_desk, "rename", tags, **typed(tags, sea="Ocean|", lake="Loch|the-loch"))
    assert "2 will change" in editors_desk.get(place).text
    assert "1 × It is so already." in editors_desk.get(place).text
    run(editors_desk, place)

    found = session.execute(select(Tag.name, Tag.slug).order_by(Tag.id)).all()
    assert found == [("Ocean", "ocean"), ("Loch", "the-loch"), ("Sky", "sky")]
    assert [editors_desk.get(f"/tags/{old}").location for old in ("sea", "lake")] == ["/tags/ocean", "/tags/the-loch"]
    batch = session.scalars(select(Batch.id)).one()
    editors_desk.post(f"/admin/activity/batches/{batch}/undo", {"url": LIST})
    assert differences(before, snapshot(session)) == []


def test_a_name_that_another_row_gives_up_is_free_in_the_preview_as_in_the_run(
    editors_desk: Desk, session: Session, make: Make
) -> None:
    tags = [make.tag("Sea"), make.tag("Lake")]
    make.tag("Sky")
    session.commit()

    place = preview(editors_desk, "rename", tags, **typed(tags, sea="Ocean|ocean", lake="Sea|sea"))
    assert "2 will change" in editors_desk.get(place).text
    run(editors_desk, place)
    assert names(session) == ["Ocean", "Sea", "Sky"]
    wrong = preview(editors_desk, "rename", tags, **typed(tags, ocean="Sky|ocean", sea=f"{'x' * 81}|sea"))
    page = editors_desk.get(wrong).text
    assert "1 × There is a tag of this name already." in page
    assert "1 × A tag has at most 80 characters." in page


def test_what_somebody_else_renamed_meanwhile_is_left_alone(editors_desk: Desk, session: Session, make: Make) -> None:
    tag = make.tag("Sea")
    session.commit()
    wanted = typed([tag], sea="Ocean|ocean")
    tag.name, tag.key = "Water", "water"
    session.commit()

    place = preview(editors_desk, "rename", [tag], **wanted)

    assert "1 × It was renamed by somebody else in the meantime." in editors_desk.get(place).text
    run(editors_desk, place)
    assert names(session) == ["Water"]


def test_everything_that_matches_is_renamed_on_one_form_or_is_too_much(
    editors_desk: Desk, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Sea", "Lake", "Sky"):
        make.tag(name)
    session.commit()

    assert post(editors_desk, "rename", None, query="search=S").text.count("<fieldset") == 2
    monkeypatch.setattr(tag_bulk, "MOST_RENAMED", 2)
    refused = post(editors_desk, "rename", None)
    assert refused.status_code == 422
    assert "Select fewer." in refused.text


def test_the_form_of_one_tag_leaves_a_redirect_as_well(editors_desk: Desk, session: Session, make: Make) -> None:
    sea = make.tag("Sea")
    make.post(tags=[sea], status=PostStatus.PUBLISHED)
    session.commit()

    editors_desk.post(f"{LIST}edit/?id={sea.id}", {"name": "Ocean", "slug": "ocean"})

    answer = editors_desk.get("/tags/sea")
    assert (answer.status_code, answer.location) == (301, "/tags/ocean")
    assert editors_desk.get("/tags/ocean").status_code == 200
