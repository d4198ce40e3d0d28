"""Files that mean harm or take one thing for another: no right slips in, nothing is a 500, nobody waits for long."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.admin.import_columns import MOST_NESTED
from cms.core.permissions import Permission
from cms.posts.lifecycle import DRAFT
from cms.posts.models import Post
from tests.admin.importing import preview, told
from tests.browser import Browser
from tests.factories import Make

WORDS = ("abc", "9" * 30, "-1", "<b>", "/../..", "http://[x")
FIELDS = {
    "posts": (
        "title",
        "slug",
        "author",
        "tags",
        "body",
        "language",
        "featured_media_id",
        "canonical_url",
        "noindex",
        "series",
        "series_position",
    ),
    "pages": ("title", "slug", "parent", "position", "path", "tags", "language", "featured_media_id"),
    "tags": ("name", "slug", "parent", "description"),
    "series": ("title", "slug", "description"),
    "redirects": ("from_path", "to_path", "status", "confirmed"),
    "users": ("email", "username", "display_name", "roles", "timezone", "locale", "active"),
}
GOOD = {
    "posts": {"title": "a"},
    "pages": {"title": "a"},
    "tags": {"name": "a"},
    "series": {"title": "a"},
    "redirects": {"from_path": "/a", "to_path": "/b"},
    "users": {"email": "a@example.com", "username": "anna"},
}


@pytest.fixture
def owner(browser: Browser, session: Session, make: Make) -> Browser:
    person = make.owner()
    session.commit()
    return browser.sign_in(person)


@pytest.mark.parametrize("area", FIELDS)
def test_one_bad_cell_in_a_good_row_is_never_a_500(owner: Browser, area: str) -> None:
    bad = [(field, word) for field in FIELDS[area] for word in WORDS]
    rows = [
        {name: value.replace("a", f"a{number}", 1) for name, value in GOOD[area].items()} | {field: word}
        for number, (field, word) in enumerate(bad)
    ]

    assert owner.get(preview(owner, area, json.dumps(rows), "rows.json")).status_code == 200


@pytest.mark.parametrize(("label", "said"), [("Redaktion", "Redaktion"), ("Editor, Author", "editor, author")])
def test_a_name_that_could_mean_two_roles_gives_neither(
    browser: Browser, session: Session, make: Make, label: str, said: str
) -> None:
    """“Redaktion” is what Editor is called in German."""
    person, role = make.owner(), make.role(Permission.POST_VIEW, label=label, name="readers")
    session.commit()
    browser.sign_in(person)

    rows = [GOOD["users"] | {"roles": label}, {"email": "b@example.com", "username": "berta", "roles": role.name}]
    session.rollback()
    place = preview(browser, "users", json.dumps(rows), "rows.json")
    page = told(browser.get(place).text)
    browser.post(f"{place}run/")

    assert f"Roles: Several roles could be meant: {said}." in page
    people = session.scalars(select(User).where(User.username.in_(("anna", "berta"))))
    assert {one.username: [role.label for role in one.roles] for one in people} == {"berta": [label]}


def test_a_line_of_parents_within_a_file_has_an_end(owner: Browser) -> None:
    """Each look at a row does all above it again."""
    names = [f"Tag {number}" for number in range(MOST_NESTED + 2)]
    rows = [{"name": name, "parent": above} for name, above in zip(names, ["", *names], strict=False)]

    page = told(owner.get(preview(owner, "tags", json.dumps(rows), "rows.json")).text)

    assert page.count("Import what stands at the top first") == 1


@pytest.mark.parametrize("old", [True, False], ids=["a draft", "a new text"])
def test_a_run_does_nothing_that_was_not_foreseen(owner: Browser, session: Session, make: Make, old: bool) -> None:
    """A button of the editor has no say in it, whoever posts its name."""
    row = {"id": make.post(title="Harbour").id, "title": "Haven"} if old else {"title": "Haven"}
    session.commit()
    place = preview(owner, "posts", json.dumps([row]), "rows.json")

    owner.post(f"{place}run/", {"move": "publish"})

    assert session.scalars(select(Post.status).where(Post.title == "Haven")).all() == [DRAFT]
