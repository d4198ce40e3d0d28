from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.i18n import LANGUAGES
from cms.media.models import MediaKind
from cms.settings import actions
from cms.settings.checks import checked
from cms.settings.declared import BY_KEY, DECLARED, SECTIONS
from cms.settings.kinds import SettingType
from cms.settings.models import SettingValue
from cms.settings.queries import load, newest_change
from tests.factories import Make


def test_an_owner_changes_some_settings_and_one_event_says_how(session: Session, make: Make, now: datetime) -> None:
    owner = make.owner()
    values = {"title": " The Harbour Review ", "posts_per_page": 12, "tagline": "", "noindex": False}

    changed = actions.change(session, values, by=owner, at=now)
    session.commit()

    assert changed == ["title", "posts_per_page"]
    site = load(session)
    assert (site.title, site.posts_per_page, site.tagline) == ("The Harbour Review", 12, "")
    event = session.scalars(select(Event)).one()
    assert (event.verb, event.actor_id, event.subject_type, event.subject_id) == (
        "settings.change",
        owner.id,
        "settings",
        None,
    )
    assert event.changes == {"title": ["Copydesk", "The Harbour Review"], "posts_per_page": [10, 12]}


def test_saving_what_is_there_leaves_no_trace(session: Session, make: Make, now: datetime) -> None:
    assert actions.change(session, load(session).as_dict(), by=make.owner(), at=now) == []

    assert session.scalar(select(func.count(Event.id))) == 0
    assert session.scalar(select(func.count(SettingValue.id))) == 0


def test_a_setting_goes_back_to_its_default(session: Session, make: Make, now: datetime) -> None:
    owner = make.owner()
    actions.change(session, {"tagline": "Tides and talk"}, by=owner, at=now)

    actions.change(session, {"tagline": ""}, by=owner, at=now)

    assert load(session).tagline == ""


def test_editors_do_not_change_settings(session: Session, make: Make, now: datetime) -> None:
    with pytest.raises(NotAllowed, match="Change settings"):
        actions.change(session, {"title": "Mine"}, by=make.editor(), at=now)


def test_one_wrong_value_keeps_all_from_being_saved(session: Session, make: Make, now: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.change(session, {"title": "New", "posts_per_page": 51, "timezone": "Moon"}, by=make.owner(), at=now)

    assert refusal.value.fields.keys() == {"posts_per_page", "timezone"}
    assert load(session).title == "Copydesk"


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("title", ["", "  ", "x" * 81, "two\nlines", "\x00", 5, None]),
        ("about", ["x" * 601, "\x01", []]),
        ("posts_per_page", [0, 51, -1, "10", 2.5, True, None]),
        ("noindex", ["yes", 1, None]),
        ("sign_up", ["", "everybody", None, ["open"]]),
        ("timezone", ["", "Moon/Crater", "../etc/passwd", None]),
        ("language", ["xx", "", None]),
        ("logo_id", ["1", 0, -1, 2**31, 99, True]),
        ("home_page_id", ["1", 0, 99]),
        ("mail_from", ["", "nobody", "a@b\nBcc: c@d", "müller@example.com", "x" * 250 + "@example.com"]),
        (
            "menu",
            [
                "About | /about",
                ["About"],
                ["| /about"],
                ["About | about"],
                ["About | //evil.example"],
                ["About | /\\evil.example"],
                ["About | /a b"],
                ["About | https://me@evil.example/"],
                ["About | javascript:alert(1)"],
                ["x" * 301 + " | /about"],
                ["About | /about"] * 501,
            ],
        ),
    ],
)
def test_a_value_that_its_declaration_does_not_allow_is_refused(
    session: Session, make: Make, now: datetime, key: str, values: list[Any]
) -> None:
    owner = make.owner()

    for value in values:
        with pytest.raises(Invalid) as refusal:
            actions.change(session, {key: value}, by=owner, at=now)
        assert list(refusal.value.fields) == [key], value


def test_a_menu_takes_paths_and_web_addresses(session: Session, make: Make, now: datetime) -> None:
    lines = ["About | /about", "", " Shop | https://shop.example/a?b=c ", "A | B | /c"]

    actions.change(session, {"menu": lines}, by=make.owner(), at=now)

    assert load(session).menu == ["About | /about", "Shop | https://shop.example/a?b=c", "A | B | /c"]


def test_only_an_image_of_the_library_becomes_the_logo(session: Session, make: Make, now: datetime) -> None:
    owner, logo = make.owner(), make.media()

    for wrong in (make.media(trashed_at=now), make.media(kind=MediaKind.DOCUMENT, mime="application/pdf")):
        with pytest.raises(Invalid):
            actions.change(session, {"logo_id": wrong.id}, by=owner, at=now)
    actions.change(session, {"logo_id": logo.id}, by=owner, at=now)

    assert load(session).logo_id == logo.id


def test_only_a_page_becomes_the_home_page(session: Session, make: Make, now: datetime) -> None:
    owner, page = make.owner(), make.page()

    for wrong in (make.post(), make.page(trashed_at=now)):
        with pytest.raises(Invalid):
            actions.change(session, {"home_page_id": wrong.id}, by=owner, at=now)
    actions.change(session, {"home_page_id": page.id}, by=owner, at=now)
    assert load(session).home_page_id == page.id

    actions.change(session, {"home_page_id": None}, by=owner, at=now)
    assert load(session).home_page_id is None


def test_nobody_overwrites_a_setting_that_they_have_not_seen(session: Session, make: Make, now: datetime) -> None:
    owner, colleague = make.owner(), make.owner()
    actions.change(session, {"title": "First"}, by=owner, at=now)
    seen = newest_change(session)
    actions.change(session, {"title": "Theirs", "tagline": "Theirs"}, by=colleague, at=now + timedelta(minutes=1))

    with pytest.raises(Conflict, match="Title"):
        actions.change(session, {"title": "Mine"}, by=owner, at=now + timedelta(minutes=2), seen=seen)
    actions.change(session, {"tagline": "Theirs", "posts_per_page": 5}, by=owner, at=now, seen=seen)

    assert (load(session).title, load(session).posts_per_page) == ("Theirs", 5)


def test_every_setting_is_declared_well() -> None:
    assert len(BY_KEY) == len(DECLARED)
    for setting in DECLARED:
        assert setting.section in SECTIONS
        assert setting.help.endswith(".") or setting.help.endswith("/about")
        assert checked(setting, setting.default) == setting.default
        assert bool(setting.choices) == (setting.type is SettingType.CHOICE)
    assert BY_KEY["language"].default in LANGUAGES
