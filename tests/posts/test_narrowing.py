"""What a search is narrowed to, and what the first results have in common, the most frequent first."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts import actions, narrowing
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition
from cms.posts.narrowing import Page
from tests.counting import counted
from tests.factories import Make

ALL = slice(0, 10)


def editions(session: Session) -> list[int]:
    return list(session.scalars(select(Edition.id).order_by(Edition.id)))


def page(session: Session, ids: list[int], shown: slice = ALL, *, tags: bool = True, authors: bool = True) -> Page:
    return narrowing.page(session, ids, shown, tags=tags, authors=authors)


def test_tags_and_authors_of_most_results_come_first_then_by_name(session: Session, make: Make) -> None:
    sea, town, boats, unused = (make.tag(name) for name in ("Sea", "Town", "Boats", "Unused"))
    ana, ben = (make.user("author", username=name) for name in ("ana", "ben"))
    for author, tags in ((ben, [sea, town]), (ben, [sea, boats]), (ana, [sea])):
        make.post(status=PUBLISHED, author=author, tags=tags)

    found = page(session, editions(session))
    assert [tag.name for tag in found.tags] == ["Sea", "Boats", "Town"]
    assert unused.slug not in {tag.slug for tag in found.tags}
    assert [one.username for one in found.authors] == ["ben", "ana"]
    assert page(session, []) == Page()


def test_only_the_first_results_are_looked_at_and_little_is_offered(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing, "LOOKED_AT", 2)
    monkeypatch.setattr(narrowing, "MOST_TAGS", 3)
    for names in ("a", "cd", "e"):
        make.post(status=PUBLISHED, tags=[make.tag(name) for name in names])

    assert [tag.name for tag in page(session, editions(session)).tags] == ["a", "c", "d"]
    assert [tag.name for tag in page(session, editions(session)[::-1]).tags] == ["c", "d", "e"]


def test_some_results_come_in_their_order_with_what_all_have_in_common_from_one_query(
    session: Session, make: Make
) -> None:
    sea = make.tag("Sea")
    for number in range(5):
        make.post(status=PUBLISHED, title=f"Boat {number}", tags=[sea])
    ids = editions(session)[::-1]

    with counted(session.get_bind()) as statements:
        found = page(session, ids, slice(1, 4))
    assert len(statements) == 1
    assert [text.title for text in found.texts] == ["Boat 3", "Boat 2", "Boat 1"]
    assert [tag.name for text in found.texts for tag in text.tags] == ["Sea"] * 3
    assert [tag.name for tag in found.tags] == ["Sea"]
    assert len(found.authors) == 5
    assert (page(session, ids, tags=False).tags, page(session, ids, authors=False).authors) == ([], [])


def test_a_search_is_narrowed_to_what_has_something_to_read_from_one_query(
    session: Session, make: Make, now: datetime
) -> None:
    sea = make.tag("Sea")
    boats = make.tag("Boats", parent_id=sea.id)
    ferries, secret = make.tag("Ferries", parent_id=boats.id), make.tag("Secret")
    ana, ben, eva = (make.user("author", username=name, display_name=name.title()) for name in ("ana", "ben", "eva"))
    make.post(status=PUBLISHED, author=ana, tags=[boats])
    make.post(author=ben, tags=[secret])
    scheduled = make.post(author=eva, tags=[secret])
    actions.publish(session, scheduled, by=make.editor(), at=now, live_from=now + timedelta(hours=1))

    with counted(session.get_bind()) as statements:
        tagged, author = narrowing.named(session, "sea", "ana", now)
    assert len(statements) == 1
    assert tagged is not None
    assert (tagged.tag.slug, tagged.ids) == ("sea", {sea.id, boats.id, ferries.id})
    assert author is not None
    assert (author.id, author.name) == (ana.id, "Ana")

    for slug, username in (("secret", "ben"), ("secret", "eva"), ("ferries", ""), ("nothing", "nobody"), ("", "")):
        assert narrowing.named(session, slug, username, now) == (None, None)
    assert narrowing.named(session, "sea", "ben", now)[1] is None
    assert narrowing.named(session, "secret", "ana", now)[0] is None
    later = narrowing.named(session, "secret", "eva", now + timedelta(hours=1))
    assert None not in later


def test_tags_whose_parents_go_round_in_a_circle_do_no_harm(session: Session, make: Make, now: datetime) -> None:
    first = make.tag("First")
    second = make.tag("Second", parent_id=first.id)
    first.parent_id = second.id
    make.post(status=PUBLISHED, tags=[second])

    tagged, _author = narrowing.named(session, "first", "", now)

    assert tagged is not None
    assert tagged.ids == {first.id, second.id}
