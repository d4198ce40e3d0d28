"""Addresses: from the title, unique among those they stand with, and never those of the house itself."""

import re
from datetime import datetime

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.db_errors import is_away
from cms.core.errors import CmsError, Invalid
from cms.posts import actions, queries, slugs
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post, PostKind
from cms.posts.slugs import RESERVED
from tests.factories import Make
from tests.posts.conftest import DAY, HOUR, MINUTE, AtOnce, Create, Publish, Save

PAGE, SLUG = PostKind.PAGE, re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The Night Ferry", "the-night-ferry"),
        ("Über die Brücke: 10 % ≠ 1/10", "uber-die-brucke-10-1-10"),
        ("Rock ’n’ roll isn't dead", "rock-n-roll-isnt-dead"),
        ("北京", "bei-jing"),
        ("!!!", "post"),
        ("word " * 40, "word-" * 15 + "word"),
        ("x" * 200, "x" * 80),
    ],
)
def test_an_address_is_made_from_the_title(create: Create, title: str, slug: str) -> None:
    assert create(title).slug == slug


def test_the_next_of_the_same_title_is_numbered(create: Create) -> None:
    slugs = [create("Letters").slug for _number in range(3)]

    assert slugs == ["letters", "letters-2", "letters-3"]


def test_a_number_has_room_however_long_the_title_is(create: Create) -> None:
    slugs = [create("x" * 200).slug for _number in range(12)]

    assert len(set(slugs)) == 12
    assert all(len(slug) <= 80 for slug in slugs)


def test_a_weekly_column_keeps_its_title_for_years(
    session: Session, create: Create, editor: User, now: datetime
) -> None:
    row = {"kind": "post", "title": "Letters", "author_id": editor.id, "created_at": now, "updated_at": now}
    numbers = ["", *(f"-{number}" for number in range(2, 500) if number != 300)]
    session.execute(insert(Post), [row | {"slug": f"letters{number}"} for number in numbers])

    assert [create("Letters").slug for _number in range(2)] == ["letters-300", "letters-500"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(st.text(alphabet="ab-2 é北", max_size=90), min_size=2, max_size=6))
def test_whatever_the_titles_every_post_has_an_address_of_its_own(
    session: Session, create: Create, titles: list[str]
) -> None:
    with session.begin_nested() as savepoint:
        slugs = [create(f"{title}x").slug for title in titles]
        savepoint.rollback()

    assert len(set(slugs)) == len(slugs)
    assert all(SLUG.fullmatch(slug) and len(slug) <= 80 for slug in slugs)


def test_a_typed_address_is_tidied_and_refused_where_it_is_taken(session: Session, create: Create, save: Save) -> None:
    create("Night ferry", slug="Ferry at Night!")
    other = create("Another")

    for refused in (lambda: create("A third", slug="ferry-at-night"), lambda: save(other, slug="ferry at night")):
        with pytest.raises(Invalid) as refusal:
            refused()
        assert refusal.value.fields == {"slug": "“ferry-at-night” is taken by “Night ferry”. Choose another."}
    assert (other.slug, other.version) == ("another", 1)


def test_a_taken_address_does_not_give_away_the_title_of_a_secret(
    session: Session, create: Create, publish: Publish, make: Make, now: datetime
) -> None:
    create("A secret merger", slug="merger")
    public = create("Known to all", slug="known")
    publish(public)
    writer = make.contributor()

    for slug, said in (
        ("merger", "“merger” is taken. Choose another."),
        ("known", "“known” is taken by “Known to all”"),
    ):
        with pytest.raises(Invalid) as refusal:
            create("Mine", slug=slug, by=writer, at=now + MINUTE)
        assert refusal.value.fields["slug"].startswith(said)


def test_an_address_that_is_emptied_comes_from_the_title_again(create: Create, save: Save) -> None:
    post = create("Night ferry", slug="something-else")
    save(post, slug="")
    assert post.slug == "night-ferry"

    save(post, slug="", title="Day ferry")
    assert post.slug == "day-ferry"


def test_a_new_title_keeps_the_address(create: Create, save: Save) -> None:
    post = create("Night ferry")

    save(post, title="Day ferry")

    assert post.slug == "night-ferry"


def test_the_trash_keeps_an_address_for_who_may_come_back(
    session: Session, create: Create, editor: User, now: datetime
) -> None:
    gone = create("Night ferry")
    actions.move_post(session, gone, PostMove.TRASH, by=editor, at=now)

    assert create("Night ferry").slug == "night-ferry-2"


def test_posts_and_pages_do_not_stand_in_each_others_way(create: Create) -> None:
    assert create("About").slug == create("About", kind=PAGE).slug == "about"


def test_pages_differ_from_their_siblings_only(create: Create) -> None:
    here, there = create("Here", kind=PAGE), create("There", kind=PAGE)

    slugs = [create("Team", kind=PAGE, parent_id=parent).slug for parent in (here.id, there.id, None, here.id)]

    assert slugs == ["team", "team", "team", "team-2"]


def test_a_page_that_moves_is_compared_with_its_new_siblings(create: Create, save: Save) -> None:
    here, there = create("Here", kind=PAGE), create("There", kind=PAGE)
    create("Team", kind=PAGE, parent_id=here.id)
    create("Crew", kind=PAGE, parent_id=there.id)
    page = create("Boats", kind=PAGE, parent_id=there.id)

    with pytest.raises(Invalid) as refusal:
        save(page, parent_id=here.id, slug="team")
    assert list(refusal.value.fields) == ["slug"]
    save(page, parent_id=here.id, slug="crew")
    assert (page.parent_id, page.slug) == (here.id, "crew")

    save(page, parent_id=there.id)
    assert (page.parent_id, page.slug) == (there.id, "crew-2")


def test_no_page_at_the_top_takes_an_address_of_the_house(create: Create) -> None:
    about = create("About", kind=PAGE)

    assert create("Search", kind=PAGE).slug == "search-2"
    assert create("Search", kind=PAGE, parent_id=about.id).slug == create("Search").slug == "search"
    with pytest.raises(Invalid) as refusal:
        create("Mine", kind=PAGE, slug="Admin")
    assert refusal.value.fields == {"slug": "“admin” belongs to the site itself. Choose another."}


def test_every_first_part_of_a_route_is_reserved(app: Flask) -> None:
    firsts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}

    assert {first for first in firsts if first and "<" not in first} <= RESERVED


def test_an_address_is_free_once_nothing_is_live_there(
    session: Session, make: Make, create: Create, save: Save, editor: User, now: datetime
) -> None:
    post = make.post(status=PUBLISHED, slug="ferry")
    late = create("Late", at=now)
    save(post, slug="night-ferry", at=now + MINUTE)

    assert create("Ferry", at=now + MINUTE).slug == "ferry-2"
    with pytest.raises(Invalid):
        save(late, slug="ferry", at=now + MINUTE)
    actions.publish(session, post, by=editor, at=now + HOUR)

    save(late, slug="ferry", at=now + DAY)
    assert late.slug == "ferry"


def test_a_live_address_below_a_page_is_kept_as_well(
    session: Session, make: Make, create: Create, save: Save, editor: User, now: datetime
) -> None:
    about = make.page(status=PUBLISHED, slug="about")
    team = make.page(status=PUBLISHED, slug="team", parent_id=about.id)
    save(team, slug="people")

    assert create("Team", kind=PAGE, parent_id=about.id).slug == "team-2"
    assert create("Team", kind=PAGE).slug == "team"


def test_twelve_who_save_one_title_at_once_have_twelve_addresses(
    session: Session, make: Make, now: datetime, at_once: AtOnce
) -> None:
    writers = [make.author().id for _number in range(12)]
    session.commit()

    def write(theirs: Session, user_id: int) -> str:
        by = theirs.get_one(User, user_id)
        return actions.create(theirs, PostKind.POST, {"title": "Breaking"}, by=by, at=now).slug

    slugs = at_once(write, writers)

    assert set(slugs) == {"breaking", *(f"breaking-{number}" for number in range(2, 13))}


def test_of_six_who_type_one_address_at_once_one_has_it(
    session: Session, make: Make, now: datetime, at_once: AtOnce
) -> None:
    writers = [make.author().id for _number in range(6)]
    session.commit()

    def write(theirs: Session, user_id: int) -> str:
        changes = {"title": f"By {user_id}", "slug": "breaking"}
        return actions.create(theirs, PostKind.POST, changes, by=theirs.get_one(User, user_id), at=now).slug

    outcomes = at_once(write, writers)

    assert outcomes.count("breaking") == 1
    assert sum(isinstance(outcome, CmsError) for outcome in outcomes) == 5
    assert session.scalars(select(Post.slug)).all() == ["breaking"]


def test_two_pages_that_go_below_each_other_at_once_do_not_close_a_circle(
    session: Session, make: Make, editor: User, now: datetime, at_once: AtOnce
) -> None:
    one, other = make.page(), make.page()
    session.commit()

    def move(theirs: Session, pair: tuple[int, int]) -> None:
        page = queries.by_id(theirs, pair[0], for_update=True)
        assert page is not None
        by = theirs.get_one(User, editor.id)
        actions.save(theirs, page, {"parent_id": pair[1]}, base_version=1, by=by, at=now)

    outcomes = at_once(move, [(one.id, other.id), (other.id, one.id)])

    assert outcomes.count(None) == 1
    [refused] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, Invalid) or is_away(refused)


def test_there_is_an_end_to_numbers(create: Create, monkeypatch: pytest.MonkeyPatch, save: Save) -> None:
    """Working texts are skipped at once, so that only what is live elsewhere is ever counted through."""
    monkeypatch.setattr(slugs, "MAX_TRIES", 1)
    monkeypatch.setattr(slugs, "RESERVED", frozenset({"letters", "letters-2"}))

    with pytest.raises(Invalid) as refused:
        create("Letters", kind=PAGE)

    assert list(refused.value.fields) == ["slug"]
