"""Lists of records to choose from: cut to a length that a page can bear, and never without what is chosen now."""

import pytest

from cms.admin import forms
from cms.posts.lifecycle import PUBLISHED
from cms.settings import actions
from tests.forms import untouched


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(forms, "MOST_CHOICES", 2)


def chosen(page: str, name: str) -> list[str]:
    return untouched(page).get(name, [])


def test_the_author_is_among_the_people_however_far_down_the_alphabet(desk, session, make):
    for name in ("Ana", "Bo", "Cy"):
        make.author().display_name = name
    zoe = make.user("author", display_name="Zoe")
    post = make.post(author=zoe)
    session.commit()

    assert chosen(desk.get(f"/admin/posts/edit/?id={post.id}").text, "author_id") == [str(zoe.id)]


def test_the_parent_of_a_page_is_among_the_pages_also_from_the_trash(desk, session, make):
    for name in ("a", "b", "c"):
        make.page(title=name)
    top, gone = make.page(title="Zoo"), make.page(title="Zoo of old", trashed_at=make.at)
    pages = [make.page(parent_id=top.id), make.page(parent_id=gone.id)]
    session.commit()

    shown = [chosen(desk.get(f"/admin/pages/edit/?id={page.id}").text, "parent_id") for page in pages]

    assert shown == [[str(top.id)], [str(gone.id)]]


def test_the_parent_of_a_tag_is_among_the_tags(desk, session, make):
    for name in ("a", "b", "c"):
        make.tag(name)
    wide = make.tag("Zoology")
    tag = make.tag("Birds", parent_id=wide.id)
    session.commit()

    assert chosen(desk.get(f"/admin/tags/edit/?id={tag.id}").text, "parent_id") == [str(wide.id)]


def test_the_home_page_and_the_logo_are_among_what_can_be_chosen(desk, session, make):
    logo = make.media()
    for name in ("a", "b", "c"):
        make.page(title=name)
        make.media()
    home, owner = make.page(title="Zoo", status=PUBLISHED), make.owner()
    actions.change(session, {"home_page_id": home.id, "logo_id": logo.id}, by=owner, at=make.at)
    session.commit()

    assert chosen(desk.get("/admin/settings/").text, "home_page_id") == [str(home.id)]
    assert chosen(desk.get("/admin/settings/appearance/").text, "logo_id") == [str(logo.id)]


def test_the_image_of_a_post_is_among_the_images_however_old(desk, session, make):
    old = make.media()
    for _number in range(3):
        make.media()
    post = make.post(featured_media_id=old.id)
    session.commit()

    page = desk.get(f"/admin/posts/edit/?id={post.id}").text

    assert chosen(page, "featured_media_id") == [str(old.id)]
