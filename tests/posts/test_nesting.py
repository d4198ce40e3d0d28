"""Pages below pages: at every moment their addresses follow the page above them."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Conflict
from cms.posts import actions
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post, PostKind
from cms.posts.standing import standings
from cms.redirects.models import Redirect
from tests.posts.conftest import DAY, HOUR, MINUTE, Create, Publish, Save
from tests.posts.timelines import paths, shown

PAGE = PostKind.PAGE


@pytest.fixture
def about(create: Create, publish: Publish) -> Post:
    page = create("About", kind=PAGE)
    publish(page)
    return page


@pytest.fixture
def team(create: Create, publish: Publish, about: Post) -> Post:
    page = create("Team", kind=PAGE, parent_id=about.id)
    publish(page)
    return page


@pytest.fixture
def crew(create: Create, publish: Publish, team: Post) -> Post:
    page = create("Crew", kind=PAGE, parent_id=team.id)
    publish(page)
    return page


def led_to(session: Session) -> dict[str, int | None]:
    return {row.from_path: row.post_id for row in session.scalars(select(Redirect))}


def test_a_page_lives_below_the_page_above_it(session: Session, crew: Post, now: datetime) -> None:
    assert paths(session, crew) == [("/about/team/crew", now, None)]


def test_pages_below_move_with_it_from_the_same_moment_and_leave_their_addresses_behind(
    session: Session, about: Post, team: Post, crew: Post, save: Save, publish: Publish, now: datetime
) -> None:
    save(about, slug="us")

    publish(about, at=now + HOUR)

    assert paths(session, team) == [("/about/team", now, now + HOUR), ("/us/team", now + HOUR, None)]
    assert paths(session, crew) == [("/about/team/crew", now, now + HOUR), ("/us/team/crew", now + HOUR, None)]
    assert led_to(session) == {"/about": about.id, "/about/team": team.id, "/about/team/crew": crew.id}
    assert shown(session, crew, now + HOUR).updated_at == now


def test_moving_the_page_in_the_middle_moves_what_is_below_it(
    session: Session, team: Post, crew: Post, save: Save, publish: Publish, now: datetime
) -> None:
    save(team, parent_id=None)

    publish(team, at=now + HOUR)

    assert [path for path, *_times in paths(session, crew)] == ["/about/team/crew", "/team/crew"]


def test_a_move_that_is_scheduled_takes_the_pages_below_along_when_its_time_comes(
    session: Session, about: Post, team: Post, crew: Post, save: Save, publish: Publish, now: datetime
) -> None:
    save(about, slug="us")

    publish(about, at=now + HOUR, live_from=now + DAY)

    assert paths(session, team) == [("/about/team", now, now + DAY), ("/us/team", now + DAY, None)]
    assert paths(session, crew) == [("/about/team/crew", now, now + DAY), ("/us/team/crew", now + DAY, None)]


@pytest.mark.parametrize("instead", ["another time", "at once", "taken back"])
def test_a_scheduled_move_that_does_not_come_moves_nothing(
    session: Session,
    about: Post,
    team: Post,
    crew: Post,
    save: Save,
    publish: Publish,
    editor: User,
    now: datetime,
    instead: str,
) -> None:
    save(about, slug="us")
    publish(about, at=now + HOUR, live_from=now + DAY)

    match instead:
        case "another time":
            publish(about, at=now + 2 * HOUR, live_from=now + 3 * DAY)
            assert paths(session, team) == [("/about/team", now, now + 3 * DAY), ("/us/team", now + 3 * DAY, None)]
        case "at once":
            publish(about, at=now + 2 * HOUR)
            assert paths(session, crew)[1:] == [("/us/team/crew", now + 2 * HOUR, None)]
        case _:
            actions.move_post(session, about, PostMove.UNPUBLISH, by=editor, at=now + 2 * HOUR)
            assert paths(session, team) == [("/about/team", now, None)]
            assert paths(session, crew) == [("/about/team/crew", now, None)]


def test_what_is_scheduled_below_moves_as_well(
    session: Session, about: Post, team: Post, save: Save, publish: Publish, now: datetime
) -> None:
    save(team, title="People")
    publish(team, at=now + MINUTE, live_from=now + DAY)
    save(about, slug="us")

    publish(about, at=now + HOUR)

    assert paths(session, team) == [
        ("/about/team", now, now + HOUR),
        ("/us/team", now + HOUR, now + DAY),
        ("/us/team", now + DAY, None),
    ]


def test_a_page_published_before_a_scheduled_move_waits_for_it(
    session: Session, about: Post, create: Create, save: Save, publish: Publish, now: datetime
) -> None:
    save(about, slug="us")
    publish(about, at=now + HOUR, live_from=now + DAY)
    team = create("Team", kind=PAGE, parent_id=about.id)

    publish(team, at=now + 2 * HOUR, live_until=now + 5 * DAY)

    assert paths(session, team) == [
        ("/about/team", now + 2 * HOUR, now + DAY),
        ("/us/team", now + DAY, now + 5 * DAY),
    ]


def test_a_page_that_moved_while_nobody_could_read_it_takes_the_pages_below_along(
    session: Session, about: Post, team: Post, save: Save, publish: Publish, editor: User, now: datetime
) -> None:
    actions.move_post(session, about, PostMove.UNPUBLISH, by=editor, at=now + MINUTE)
    assert shown(session, team, now + MINUTE).path == "/about/team"
    save(about, slug="us")

    publish(about, at=now + HOUR)

    assert paths(session, team)[1:] == [("/us/team", now + HOUR, None)]
    assert led_to(session) == {"/about": about.id, "/about/team": team.id}


def test_a_page_follows_the_page_above_it_that_readers_see(
    session: Session, about: Post, team: Post, create: Create, save: Save, publish: Publish, now: datetime
) -> None:
    """Its working text lies below another already, which is nothing to readers yet."""
    other = create("Other", kind=PAGE)
    publish(other)
    save(team, parent_id=other.id)
    save(other, slug="elsewhere")
    save(about, slug="us")

    publish(other, at=now + HOUR)
    assert paths(session, team) == [("/about/team", now, None)]
    publish(about, at=now + 2 * HOUR)
    assert paths(session, team)[1:] == [("/us/team", now + 2 * HOUR, None)]
    publish(team, at=now + 3 * HOUR)
    assert paths(session, team)[2:] == [("/elsewhere/team", now + 3 * HOUR, None)]


def test_a_page_below_one_that_was_never_published_lives_where_that_would(
    session: Session, create: Create, save: Save, publish: Publish, now: datetime
) -> None:
    top = create("Top", kind=PAGE)
    middle = create("Middle", kind=PAGE, parent_id=top.id)
    page = create("Page", kind=PAGE, parent_id=middle.id)
    publish(page)
    assert paths(session, page) == [("/top/middle/page", now, None)]

    save(middle, slug="centre")
    publish(middle, at=now + HOUR)

    assert paths(session, page)[1:] == [("/top/centre/page", now + HOUR, None)]


def test_a_page_that_goes_on_at_another_address_is_not_a_change_that_is_scheduled(
    session: Session, about: Post, team: Post, save: Save, publish: Publish, now: datetime
) -> None:
    save(about, slug="us")
    publish(about, at=now + HOUR, live_from=now + DAY)

    standing = standings(session, [team], now + HOUR)[team.id]

    assert (standing.coming, standing.is_scheduled, standing.has_changes) == (None, False, False)
    assert (standing.live.path, standing.live.live_until) == ("/about/team", None)


def test_nothing_moves_to_where_another_lives(
    session: Session, about: Post, team: Post, create: Create, save: Save, publish: Publish, editor: User, now: datetime
) -> None:
    save(about, slug="old")
    actions.move_post(session, about, PostMove.TRASH, by=editor, at=now + MINUTE)
    other = create("Other", kind=PAGE)
    theirs = create("Team", kind=PAGE, parent_id=other.id)
    publish(other, at=now + MINUTE)
    save(other, slug="about")
    publish(other, at=now + HOUR)

    session.commit()
    with pytest.raises(Conflict, match=r"“Team” is published at /about/team\. Give one of them another address."):
        publish(theirs, at=now + HOUR)
    session.rollback()
    assert paths(session, theirs) == []
    assert shown(session, team, now + DAY).path == "/about/team"


def test_an_address_longer_than_addresses_can_be_is_refused_when_it_would_go_live(
    session: Session, create: Create, save: Save, publish: Publish, now: datetime
) -> None:
    below, pages = None, []
    for number in range(6):
        page = create("x" * 80, slug=f"{number}{'x' * 79}", kind=PAGE, parent_id=below)
        publish(page)
        below = page.id
        pages.append(page)
    last = create("y" * 80, kind=PAGE, parent_id=below)

    with pytest.raises(Conflict, match="too long"):
        publish(last)
    top = create("z", slug="z" * 40, kind=PAGE)
    publish(top)
    save(pages[0], parent_id=top.id)
    with pytest.raises(Conflict, match="too long"):
        publish(pages[0], at=now + HOUR)


def test_two_pages_that_change_places_never_lie_below_each_other(
    session: Session, create: Create, save: Save, publish: Publish, now: datetime
) -> None:
    outer = create("Outer", kind=PAGE)
    publish(outer)
    inner = create("Inner", kind=PAGE, parent_id=outer.id)
    publish(inner)
    save(inner, parent_id=None)
    save(outer, parent_id=inner.id)
    session.commit()

    with pytest.raises(Conflict, match="Publish that page first"):
        publish(outer, at=now + HOUR)
    session.rollback()
    publish(inner, at=now + HOUR)
    publish(outer, at=now + 2 * HOUR)

    assert shown(session, inner, now + DAY).path == "/inner"
    assert shown(session, outer, now + DAY).path == "/inner/outer"


def test_what_is_only_scheduled_stands_in_the_way_without_its_title(
    session: Session, create: Create, save: Save, publish: Publish, editor: User, now: datetime
) -> None:
    old, new = create("Old", kind=PAGE), create("New", kind=PAGE)
    publish(old)
    publish(new)
    secret = create("A secret", slug="team", kind=PAGE, parent_id=old.id)
    publish(secret, live_from=now + DAY)
    team = create("Team", kind=PAGE, parent_id=new.id)
    save(old, slug="older")
    actions.move_post(session, old, PostMove.TRASH, by=editor, at=now + MINUTE)
    save(new, slug="old")
    publish(new, at=now + HOUR)

    with pytest.raises(Conflict, match="Something else will be published at /old/team"):
        publish(team, at=now + HOUR)
