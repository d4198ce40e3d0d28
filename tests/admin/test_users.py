"""People in the back office: listed, found and shown, to each viewer no more than they may know."""

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.standing import Standing, standing_of, stands
from cms.core.permissions import Permission
from tests.admin.users import LIST
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

P = Permission


def test_the_list_shows_people_and_hides_addresses_from_those_who_do_not_manage_them(
    browser: Browser, session: Session, make: Make
) -> None:
    make.user("author", display_name="Jun Takeda", email="jun@example.com")
    viewer = make.user(make.role(P.USER_VIEW))
    session.commit()
    browser.sign_in(viewer)

    page = browser.get(LIST).text
    assert "Jun Takeda" in page
    assert "jun@example.com" not in page
    assert "Jun Takeda" not in browser.get(f"{LIST}?search=jun@example").text
    details = browser.get(f"{LIST}details/?id={viewer.id}").text
    assert viewer.email not in details


def test_who_manages_people_sees_and_finds_addresses(desk: Browser, session: Session, make: Make) -> None:
    make.user("author", display_name="Jun Takeda", email="jun@example.com")
    session.commit()

    assert "jun@example.com" in desk.get(f"{LIST}?search=jun@example").text


def test_people_can_be_filtered_by_role_and_state(desk: Browser, session: Session, make: Make) -> None:
    make.user("moderator", display_name="Mo Derator")
    make.user(active=False, display_name="Off Line")
    make.user(active=False, approval_requested_at=make.at, display_name="Wai Ting")
    session.commit()

    def names(query: str) -> set[str]:
        page = desk.get(f"{LIST}?{query}").text
        return {name for name in ("Mo Derator", "Off Line", "Wai Ting") if name in page}

    assert names("role=moderator") == {"Mo Derator"}
    assert names("state=off") == {"Off Line"}
    assert names("state=waiting") == {"Wai Ting"}
    assert names("second_factor=yes") == set()
    assert names("state=nonsense") == set()


def test_how_an_account_stands_is_one_rule(session: Session, make: Make) -> None:
    people = [
        make.user(),
        make.user(password=None),
        make.user(active=False),
        make.user(active=False, approval_requested_at=make.at),
        make.user(active=False, anonymised_at=make.at),
    ]

    for standing in Standing:
        found = set(session.scalars(select(User).where(stands(standing))))
        assert found == {person for person in people if standing_of(person) is standing}
        assert len(found) == 1


def test_the_list_costs_the_same_for_many_people(desk: Browser, session: Session, make: Make, engine: Engine) -> None:
    for _number in range(3):
        make.user("author", avatar_id=make.media().id)
    session.commit()
    with counted(engine) as few:
        desk.get(LIST)
    for _number in range(20):
        make.user("author", "moderator", avatar_id=make.media().id)
    session.commit()
    with counted(engine) as many:
        desk.get(LIST)

    assert len(many) == len(few)


def test_the_details_show_sessions_and_activity_to_those_who_may_see_them(
    desk: Browser, session: Session, make: Make, app: Flask
) -> None:
    person, viewer = make.user("editor"), make.user(make.role(P.USER_VIEW))
    session.commit()
    theirs = Browser(app)
    theirs.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    theirs.sign_in(person)

    mine = desk.get(f"{LIST}details/?id={person.id}").text
    other = Browser(app).sign_in(viewer).get(f"{LIST}details/?id={person.id}").text

    assert "Firefox on Linux" in mine
    assert "signed in" in mine
    assert "Firefox on Linux" not in other
    assert "signed in" not in other


def test_no_secret_is_in_the_export(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", tf_totp_secret="canary-secret", email="canary@example.com")
    session.commit()

    export = desk.get(f"{LIST}export/csv/").text

    assert person.username in export
    for secret in ("canary", "argon2", person.fs_uniquifier):
        assert secret not in export


def test_sorting_and_filtering_by_a_secret_is_ignored(desk: Browser, session: Session, make: Make) -> None:
    make.user(display_name="Jun Takeda")
    session.commit()

    for query in ("sort=password", "sort=-email", "password=x", "flt0_password=x"):
        assert "Jun Takeda" in desk.get(f"{LIST}?{query}").text


def test_hostile_names_are_shown_as_text(desk: Browser, session: Session, make: Make) -> None:
    hostile = '"><script>alert(1)</script>'
    person = make.user("author", display_name=hostile, bio=hostile)
    session.commit()

    for path in (
        LIST,
        f"{LIST}details/?id={person.id}",
        f"{LIST}edit/?id={person.id}",
        f"{LIST}delete/?id={person.id}",
    ):
        assert "<script>alert" not in desk.get(path).text, path
