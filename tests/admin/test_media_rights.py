"""New bytes reach readers at once: who may change them, who sees what they were, and what the library's lists keep."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from cms import references
from cms.accounts.actions import own
from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.errors import CmsError, Conflict
from cms.media import actions, portraits
from cms.media.models import MediaVersion
from cms.posts.actions import publish
from tests.admin.media import send
from tests.media import files


@pytest.mark.parametrize(
    ("role", "shown", "status"),
    [
        ("contributor", "nowhere", 303),
        ("contributor", "draft", 303),
        ("contributor", "theirs", 403),
        ("contributor", "somebody else's", 403),
        ("contributor", "ahead", 403),
        ("contributor", "logo", 403),
        ("contributor", "portrait", 403),
        ("author", "theirs", 303),
        ("author", "somebody else's", 403),
        ("editor", "somebody else's", 303),
    ],
)
def test_what_readers_see_gets_other_bytes_only_from_whoever_could_publish_it(
    browser, session, make, stored, role, shown, status
):
    person = make.user(role)
    media = stored(by=person)
    if shown == "logo":
        references.put(session, "settings", 0, {"logo_id": [media.id]})
    elif shown == "portrait":
        own.set_avatar(session, make.owner(), media.id, at=make.at)
    elif shown != "nowhere":
        author = make.author() if shown == "somebody else's" else person
        post = make.post(author=author, featured_media_id=media.id)
        references.put(session, "posts", post.id, {"featured_media_id": [media.id]})
        if shown != "draft":
            ahead = timedelta(days=36500) if shown == "ahead" else None
            publish(session, post, by=make.owner(), at=make.at, live_from=make.at + ahead if ahead else None)
    session.commit()
    browser.sign_in(person)

    answer = send(browser, media, files.image("JPEG", size=(300, 200)), "better.jpg")

    assert answer.status_code == status
    page = browser.get(f"/admin/media/edit/?id={media.id}").text
    assert ("Readers see this file, or soon will." in page) == (status == 403)
    if status == 403:
        assert "Readers see this file, or soon will." in answer.text
        session.refresh(media)
        assert media.width == 100


def test_what_was_replaced_while_nobody_saw_it_is_not_undone_once_readers_do(browser, session, make, stored):
    person = make.contributor()
    media = stored(by=person)
    browser.sign_in(person)
    send(browser, media, files.image("JPEG", size=(300, 200)), "better.jpg")
    post = make.post(author=person, featured_media_id=media.id)
    publish(session, post, by=make.owner(), at=make.at)
    session.commit()
    event_id = session.scalars(select(Event.id).where(Event.verb == "media.replace")).one()
    session.rollback()

    assert browser.post(f"/admin/activity/{event_id}/undo").status_code == 403
    session.refresh(media)
    assert media.width == 300


def test_earlier_bytes_are_shown_to_whoever_may_change_the_file(browser, session, make, stored):
    editor, media = make.editor(), stored()
    browser.sign_in(editor)
    send(browser, media, files.image("JPEG", size=(300, 200)), "better.jpg")
    number = session.scalars(select(MediaVersion.id)).one()
    place = f"/admin/media/{media.id}/version/{number}"
    session.rollback()
    assert browser.get(place).status_code == 200
    browser.sign_out()
    stranger = make.contributor()
    session.commit()

    assert browser.sign_in(stranger).get(place).status_code == 403


def test_a_portrait_that_was_erased_stays_erased(session, make):
    owner, portrait = make.owner(), make.media(trashed_at=make.at)
    actions.restore(session, portrait, by=owner, at=make.at)
    assert portrait.trashed_at is None
    actions.trash(session, portrait, by=owner, at=make.at)

    portraits.take_down(session, [portrait], by=owner, at=make.at)

    with pytest.raises(Conflict, match="erased together with the person"):
        actions.restore(session, portrait, by=owner, at=make.at)
    event = session.scalars(select(Event).where(Event.verb == "media.trash")).first()
    with pytest.raises(CmsError):
        undo(session, event, by=owner, at=make.at)
    assert portrait.trashed_at is not None


def test_the_trash_of_the_library_is_swept_kept_and_searched_like_any_list(browser, session, make):
    editor = make.editor()
    for number in range(3):
        make.media(title=f"Thrown {number}", trashed_at=make.at)
    make.media(title="Kept")
    session.commit()
    browser.sign_in(editor)

    swept = browser.post("/admin/media/action/", {"action": "restore", "everything": "1", "query": "shelf=trash"})
    assert "3 will change" in browser.get(swept.location).text
    browser.post("/admin/media/views/", {"name": "Thrown away", "query": "shelf=trash"})
    assert re.search(r"Thrown away <span[^>]*>3<", browser.get("/admin/media/").text)
    found = browser.get("/admin/media/?search=shelf:trash").text
    assert found.count('name="rowid"') == 3
    assert "Thrown 1" not in browser.get("/admin/media/choose/?shelf=trash").text


def test_the_choice_of_a_layout_keeps_all_that_the_list_is_narrowed_to(browser, session, make):
    editor = make.editor()
    session.commit()

    answer = browser.sign_in(editor).get("/admin/media/?kind=image&kind=video&layout=list")

    assert answer.location == "/admin/media/?kind=image&kind=video"


def test_what_was_done_to_a_file_can_be_undone_from_its_message(browser, session, make, stored):
    editor, media = make.editor(), stored()
    browser.sign_in(editor)
    send(browser, media, files.image("JPEG", size=(300, 200)), "better.jpg")

    page = browser.get(f"/admin/media/edit/?id={media.id}").text

    assert re.search(r'formaction="/admin/activity/\d+/undo"|action="/admin/activity/\d+/undo"', page)
