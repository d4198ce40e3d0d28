"""/account/picture: a portrait for everybody, kept in the library."""

import threading
import time
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.media.models import Media
from cms.media.paths import path_of
from tests.browser import Browser
from tests.factories import Make


def image_file(kind: str = "PNG") -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(content, kind)
    content.seek(0)
    return content


def test_a_picture_is_taken_into_the_library(signed: Browser, session: Session, person: User) -> None:
    answer = signed.post("/account/picture", {"avatar": (image_file(), "me.png")})

    assert answer.location == "/account"
    session.expire_all()
    media = session.get_one(Media, person.avatar_id)
    session.commit()
    assert (media.decorative, media.uploaded_by_id) == (True, person.id)
    assert path_of(media) in signed.get("/account").text
    signed.post("/account/picture/remove")
    assert path_of(media) not in signed.get("/account").text


def test_whoever_signs_up_does_not_fill_the_disk_with_pictures(browser: Browser, session: Session, make: Make) -> None:
    member = make.user()
    session.commit()
    browser.sign_in(member)

    answers = [browser.post("/account/picture", {"avatar": (image_file(), "me.png")}) for _number in range(11)]

    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert "Too many tries" in answers[-1].text


@pytest.mark.parametrize(
    ("content", "name"), [(b"", ""), (b"not an image", "me.png"), (b"<script>alert(1)</script>", "me.svg")]
)
def test_what_is_no_image_is_no_picture(
    signed: Browser, session: Session, person: User, content: bytes, name: str
) -> None:
    answer = signed.post("/account/picture", {"avatar": (BytesIO(content), name)})

    assert answer.status_code == 422
    assert '<a href="#avatar">' in answer.text.partition('id="picture"')[2]
    assert "PDF" not in answer.text
    assert not name or "JPEG, PNG, WebP, GIF or AVIF" in answer.text
    session.expire_all()
    assert person.avatar_id is None


def test_a_change_that_meets_another_is_a_conflict_and_no_error(
    signed: Browser, session: Session, make: Make, person: User, engine: Engine
) -> None:
    person.avatar_id = make.media().id
    session.commit()
    answers: list[int] = []
    removing = threading.Thread(target=lambda: answers.append(signed.post("/account/picture/remove").status_code))

    with engine.begin() as other:
        other.execute(update(User).where(User.id == person.id).values(version=User.version + 1))
        removing.start()
        time.sleep(0.5)  # until it waits for the other, or has not begun
    removing.join()

    assert answers[0] in (302, 409)


@pytest.mark.parametrize("roles", [(), ("moderator",)])
def test_everybody_may_have_a_picture(browser: Browser, session: Session, make: Make, roles: tuple[str, ...]) -> None:
    member = make.user(*roles, display_name="Maren Holt")
    session.commit()
    browser.sign_in(member)
    assert 'name="avatar"' in browser.get("/account").text

    assert browser.post("/account/picture", {"avatar": (image_file(), "maren.png")}).status_code == 302

    session.expire_all()
    assert str(session.get_one(Media, member.avatar_id)) == "portrait.png"
