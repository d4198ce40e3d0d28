"""What lists of the back office ask of the database: few queries at any size, and no text that stays unseen."""

import re

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts.lifecycle import PUBLISHED
from cms.taxonomy.models import Tag
from cms.workspace.models import SavedView
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

EVERYBODYS_LISTS = (
    "posts/",
    "posts/?status=published&author=me&summary=no&shown=live&since=2020-01-01",
    "posts/?search=storm&sort=title",
    "media/?kind=image&alt=no",
    "media/?search=storm",
)
MODERATORS_LISTS = ("comments/?status=pending&author=nobody&reason=links", "comments/?search=storm")


@pytest.mark.parametrize(
    ("role", "place"),
    [
        *((role, place) for role in ("owner", "editor", "author", "contributor") for place in EVERYBODYS_LISTS),
        *((role, place) for role in ("owner", "editor") for place in MODERATORS_LISTS),
    ],
)
def test_a_list_costs_at_most_ten_queries_at_any_size(
    browser: Browser, session: Session, make: Make, engine: Engine, role: str, place: str
) -> None:
    person = make.user(role)
    tags = [make.tag(), make.tag()]
    area = place.partition("/")[0]
    for name in ("Kept", "Kept too"):
        session.add(
            SavedView(
                user_id=person.id, area=area, name=name, query="search=storm", created_at=make.at, updated_at=make.at
            )
        )
    _add_some(make, person, tags, 5)
    session.commit()
    browser.sign_in(person)
    few = cost(browser, engine, place)
    _add_some(make, person, tags, 20)
    session.commit()
    many = cost(browser, engine, place)

    assert few == many
    assert many <= 10


def _add_some(make: Make, person: User, tags: list[Tag], number: int) -> None:
    for _number in range(number):
        post = make.post(author=person, tags=tags, title="Storm ahead")
        make.comment(post=post, author=make.user("author"), body="Quite a storm")
        make.media(uploaded_by=person)


def cost(browser: Browser, engine: Engine, place: str) -> int:
    with counted(engine) as statements:
        assert browser.get(f"/admin/{place}").status_code == 200
    return len(statements)


def test_no_list_reads_texts_that_it_does_not_show(
    browser: Browser, session: Session, make: Make, engine: Engine
) -> None:
    owner = make.owner()
    post = make.post(author=owner, status=PUBLISHED)
    make.page(parent_id=make.page().id)
    make.post(trashed_at=make.at)
    make.comment(post)
    session.commit()
    browser.sign_in(owner)

    areas = ("", "posts/", "posts/export/csv/", "pages/", "trash/", "comments/", "moderation/")
    texts = {place: r"\bposts(_\d+)?\.body\b" for place in areas}
    for place, text in texts.items():
        with counted(engine) as asked:
            assert browser.get(f"/admin/{place}").status_code == 200
        assert not [statement for statement in asked if re.search(text, statement)], place
