"""The library through the back office."""

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cms.audit.models import Event
from cms.media import actions
from cms.media.models import Media, MediaKind
from cms.media.paths import path_of
from cms.posts.lifecycle import PUBLISHED
from cms.settings.models import SettingValue
from tests.media import files


def upload(browser: Any, *sent: tuple[io.BytesIO, str], **words: str) -> Any:
    """Encoded here, since the client itself leaves the file open in which it encodes a large one."""
    files_sent = [FileStorage(content, name, content_type="application/octet-stream") for content, name in sent]
    boundary, body = encode_multipart({"csrf_token": browser.token(), "file": files_sent} | words)
    return browser.client.post(
        "/admin/media/new/", data=body, content_type=f"multipart/form-data; boundary={boundary}", buffered=True
    )


def count(session: Any) -> int:
    found = session.scalar(select(func.count()).select_from(Media))
    session.rollback()
    return found


def test_a_contributor_uploads_an_image_with_its_words(browser, session, make):
    contributor = make.contributor()
    session.commit()

    answer = upload(browser.sign_in(contributor), (files.image(), "Night ferry.png"), alt="A ferry at night")

    assert (answer.status_code, answer.location) == (302, "/admin/media/")
    media = session.scalars(select(Media)).one()
    assert (media.title, media.alt, media.uploaded_by_id) == ("Night ferry", "A ferry at night", contributor.id)
    assert session.scalars(select(Event.verb).where(Event.subject_type == "media")).all() == ["media.add"]
    session.rollback()
    assert path_of(media) in browser.get("/admin/media/").text
    assert browser.client.get(path_of(media), buffered=True).status_code == 200


def test_an_image_without_words_is_asked_for_them_at_once(browser, session, make):
    author = make.author()
    session.commit()

    answer = upload(
        browser.sign_in(author),
        (files.image(), "one.png"),
        (files.image(size=(8, 8)), "two.png"),
        (files.mp3(), "fog.mp3"),
        alt="for one only",
    )

    first, second, sound = session.scalars(select(Media).order_by(Media.id)).all()
    session.commit()
    assert answer.location == f"/admin/media/describe/?id={first.id}&id={second.id}"
    assert (first.alt, sound.alt) == ("", "")
    asked = browser.get(answer.location).text
    assert f'name="alt-{first.id}"' in asked
    assert f'name="decorative-{second.id}"' in asked

    saved = browser.post(answer.location, {f"alt-{first.id}": "The quay", f"decorative-{second.id}": "1"})

    assert saved.status_code == 302
    session.expire_all()
    assert (first.alt, second.decorative, first.needs_alt or second.needs_alt) == ("The quay", True, False)


def test_words_that_cannot_be_kept_come_back_and_do_not_cost_the_others(browser, session, make):
    author = make.author()
    first, second = (make.media(uploaded_by_id=author.id) for _ in range(2))
    session.commit()
    address = f"/admin/media/describe/?id={first.id}&id={second.id}"

    answer = browser.sign_in(author).post(address, {f"alt-{first.id}": "x" * 501, f"alt-{second.id}": "Kept"})

    assert answer.status_code == 422
    assert "x" * 501 in answer.text
    assert f'id="alt-{first.id}-error"' in answer.text
    session.expire_all()
    assert (first.alt, second.alt) == ("", "Kept")


def test_each_refused_file_is_named_with_its_reason(browser, session, make):
    author = make.author()
    session.commit()

    answer = upload(
        browser.sign_in(author),
        (files.image(), "good.png"),
        (io.BytesIO(b"<svg/>"), "evil<b>.svg"),
        (io.BytesIO(b""), "empty.png"),
        alt="Good",
    )

    assert answer.status_code == 302
    assert count(session) == 1
    page = browser.get(answer.location).text
    assert "evil&lt;b&gt;.svg: Files of this type are not taken" in page
    assert "empty.png: This file is empty" in page
    assert "1 file is in the library" in page


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ([], 422, "Choose at least one file"),
        ([(b"<html>", "page.jpg")], 422, "Files of this type are not taken"),
        ([(b"x" * (2 * 1024 * 1024), "large.mp3")], 413, "larger than 1 MB"),
        ([(b"x", "a.png")] * 11, 422, "At most 10 files"),
    ],
)
def test_what_cannot_be_taken_leaves_nothing_and_says_why(browser, session, make, now, sent, status, sentence):
    author = make.author()
    session.add(SettingValue(key="upload_megabytes", value=1, updated_at=now))
    session.commit()

    answer = upload(browser.sign_in(author), *((io.BytesIO(content), name) for content, name in sent), alt="typed")

    assert answer.status_code == status
    assert sentence in answer.text
    assert 'id="file-error"' in answer.text
    assert 'value="typed"' in answer.text
    assert count(session) == 0


@pytest.mark.parametrize("alt", ["x" * 501, "two\nlines", "bell\x07"])
def test_words_that_cannot_be_kept_stop_the_upload_before_anything_is_stored(browser, session, make, alt):
    author = make.author()
    session.commit()

    answer = upload(browser.sign_in(author), (files.image(), "one.png"), alt=alt)

    assert answer.status_code == 422
    assert 'id="alt-error"' in answer.text
    assert count(session) == 0
    assert list((Path(browser.app.instance_path) / "media").rglob("*")) == []


def test_a_body_far_above_the_limit_is_not_even_read(browser, session, make, now):
    author = make.author()
    session.add(SettingValue(key="upload_megabytes", value=1, updated_at=now))
    session.commit()

    answer = browser.sign_in(author).client.post(
        "/admin/media/new/",
        input_stream=io.BytesIO(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(12 * 1024 * 1024)},
    )

    assert answer.status_code == 413


def test_the_same_file_again_is_said_to_be_there(browser, session, make):
    author = make.author()
    session.commit()
    upload(browser.sign_in(author), (files.image(), "one.png"), alt="One")

    answer = upload(browser, (files.image(), "again.png"), alt="Two")

    assert "is in the library already" in browser.get(answer.location).text
    assert count(session) == 1


def test_moderators_have_no_library(browser, session, make):
    moderator, media = make.moderator(), make.media()
    session.commit()
    browser.sign_in(moderator)

    for path in ("", "new/", f"edit/?id={media.id}", f"details/?id={media.id}", "choose/", f"describe/?id={media.id}"):
        assert browser.get(f"/admin/media/{path}").status_code == 403, path
    assert upload(browser, (files.image(), "one.png")).status_code == 403
    assert count(session) == 1


def test_an_author_changes_their_own_files_and_sees_those_of_others(browser, session, make):
    author, editor = make.author(), make.editor()
    mine, theirs = make.media(uploaded_by_id=author.id), make.media(uploaded_by_id=editor.id)
    session.commit()
    browser.sign_in(author)

    saved = browser.post(
        f"/admin/media/edit/?id={mine.id}",
        {"title": "Quay", "alt": "The quay", "decorative": ["", "1"], "caption": "", "focal_x": "0.2", "focal_y": "1"},
    )

    assert saved.status_code == 302
    session.refresh(mine)
    assert (mine.title, mine.alt, mine.decorative, mine.focal_x, mine.focal_y) == ("Quay", "The quay", True, 0.2, 1.0)
    session.commit()
    assert browser.get(f"/admin/media/details/?id={theirs.id}").status_code == 200
    assert browser.get(f"/admin/media/edit/?id={theirs.id}").status_code == 403
    assert browser.post(f"/admin/media/edit/?id={theirs.id}", {"alt": "Mine"}).status_code == 403
    assert browser.post(f"/admin/media/describe/?id={theirs.id}", {f"alt-{theirs.id}": "Mine"}).status_code == 422
    assert browser.post("/admin/media/delete/", {"id": str(theirs.id)}).status_code == 403
    assert browser.post(f"/admin/media/{theirs.id}/trash").status_code == 403
    session.expire_all()
    assert (theirs.alt, theirs.trashed_at) == ("", None)


@pytest.mark.parametrize(
    ("field", "value"), [("focal_x", "1.5"), ("focal_y", "nan"), ("focal_x", "left"), ("alt", "x" * 501)]
)
def test_a_wrong_value_comes_back_on_its_field(browser, session, make, field, value):
    editor, media = make.editor(), make.media()
    session.commit()

    answer = browser.sign_in(editor).post(f"/admin/media/edit/?id={media.id}", {"title": "New", field: value})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    session.expire_all()
    assert media.title == ""


def test_trashing_asks_first_and_says_where_the_file_is_used(browser, session, make):
    editor = make.editor()
    media, unused = make.media(alt="The quay"), make.media()
    make.post(title="With <b>image</b>", featured_media_id=media.id)
    make.post(title="In the text", body=f"![The quay]({path_of(media)})")
    make.post(title="Another file", body=f"![x](/media/{media.id}5/0000000000000000/x.png)")
    editor.avatar_id = media.id
    session.commit()
    browser.sign_in(editor)

    asked = browser.get(f"/admin/media/delete/?id={media.id}").text

    assert "With &lt;b&gt;image" in asked
    assert "In the text" in asked
    assert "Another file" not in asked
    assert "portrait" in asked
    assert "not used anywhere" in browser.get(f"/admin/media/delete/?id={unused.id}").text
    assert browser.post("/admin/media/delete/", {"id": str(media.id)}).status_code == 302
    session.expire_all()
    assert media.trashed_at is not None


def test_uses_in_posts_that_one_may_not_see_are_not_named(browser, session, make):
    author = make.author()
    media = make.media(uploaded_by_id=author.id)
    make.post(title="A secret draft", featured_media_id=media.id)
    session.commit()

    page = browser.sign_in(author).get(f"/admin/media/details/?id={media.id}").text

    assert "A secret draft" not in page
    assert "Also in posts that you may not see" in page


def test_the_trash_is_a_shelf_of_its_own_with_a_way_back(browser, session, make, now):
    editor = make.editor()
    kept, gone = make.media(title="Kept"), make.media(title="Put away", trashed_at=now)
    session.commit()
    browser.sign_in(editor)

    library, trash = browser.get("/admin/media/").text, browser.get("/admin/media/?shelf=trash").text

    assert "Kept" in library
    assert "Put away" not in library
    assert "Put away" in trash
    assert "Kept" not in trash
    assert browser.post(f"/admin/media/{gone.id}/restore").status_code == 303
    assert browser.post("/admin/media/action/", {"action": "trash", "rowid": [kept.id, gone.id]}).status_code == 303
    session.expire_all()
    assert kept.trashed_at is not None
    assert gone.trashed_at is not None


def test_files_lie_in_the_common_trash_as_well_and_only_those_who_may_restore_them(browser, session, make, now):
    author = make.author()
    make.media(title="Mine <b>", uploaded_by_id=author.id, trashed_at=now)
    theirs = make.media(title="Theirs", uploaded_by_id=make.editor().id, trashed_at=now)
    make.post(author=author, title="A post", trashed_at=now)
    session.commit()

    page = browser.sign_in(author).get("/admin/trash/").text

    assert "Mine &lt;b&gt;" in page
    assert "A post" in page
    assert "Theirs" in page
    assert browser.post(f"/admin/media/{theirs.id}/restore").status_code == 403


def test_a_file_leads_to_its_record_for_those_who_oversee(browser, session, make):
    owner, editor, media = make.owner(), make.editor(), make.media(alt="Old")
    actions.describe(session, media, {"alt": "New words"}, by=editor, at=make.at)
    session.commit()
    href = f"/admin/activity/?type=media&amp;id={media.id}"

    assert href not in browser.sign_in(editor).get(f"/admin/media/edit/?id={media.id}").text
    browser.sign_out()
    assert href in browser.sign_in(owner).get(f"/admin/media/edit/?id={media.id}").text
    assert "New words" in browser.get(f"/admin/activity/?type=media&id={media.id}").text


def test_the_library_is_searched_and_filtered(browser, session, make):
    editor = make.editor()
    make.media(title="Quay", alt="Boats at the quay", uploaded_by_id=editor.id)
    make.media(title="Ferry")
    make.media(title="Tide tables", kind=MediaKind.DOCUMENT, mime="application/pdf", filename="tides.pdf", width=None)
    session.commit()
    browser.sign_in(editor)

    def found(query: str) -> set[str]:
        page = browser.get(f"/admin/media/?{query}").text
        return {title for title in ("Quay", "Ferry", "Tide tables") if f">{title}</a>" in page}

    assert found("") == {"Quay", "Ferry", "Tide tables"}
    assert found("search=boats+QUAY") == {"Quay"}
    assert found("kind=document") == {"Tide tables"}
    assert found("alt=no") == {"Ferry"}
    assert found(f"by={editor.username}") == {"Quay"}
    assert found("kind=nonsense") == set()


def test_the_chooser_offers_images_with_all_that_a_script_needs(browser, session, make, now):
    author = make.author()
    image = make.media(title="Quay <b>", alt='The "quay"')
    make.media(title="Tides", kind=MediaKind.DOCUMENT, mime="application/pdf")
    make.media(title="Gone", trashed_at=now)
    session.commit()
    browser.sign_in(author)

    part = browser.get("/admin/media/choose/?part=1&search=quay").text

    assert f'data-media="{image.id}"' in part
    assert 'data-alt="The &#34;quay&#34;"' in part
    assert "<html" not in part
    whole = browser.get("/admin/media/choose/").text
    assert "<html" in whole
    assert "Quay &lt;b&gt;" in whole
    assert "Tides" not in whole
    assert "Gone" not in whole


def test_a_long_library_costs_no_more_queries_than_a_short_one(browser, session, make, engine):
    editor = make.editor()
    make.media(uploaded_by_id=editor.id)
    session.commit()
    browser.sign_in(editor)
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        browser.get("/admin/media/")
        few = len(asked)
        for _ in range(30):
            make.media(uploaded_by_id=make.author().id)
        session.commit()
        asked.clear()
        browser.get("/admin/media/")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(asked) <= few


def test_the_buttons_of_the_list_ask_before_readers_lose_a_file(browser, session, make):
    editor, media = make.editor(), make.media(title="Ferry")
    make.post(title="The last ferry", status=PUBLISHED, featured_media_id=media.id)
    session.commit()
    browser.sign_in(editor)

    one = browser.post(f"/admin/media/{media.id}/trash", {"ask": "1"})
    many = browser.post("/admin/media/action/", {"action": "trash", "rowid": media.id, "ask": "1"})

    assert (one.status_code, many.status_code) == (200, 200)
    assert "It is shown in “The last ferry”, which loses it at once." in one.text
    assert "Whatever shows them loses them at once." in many.text
    session.expire_all()
    assert media.trashed_at is None
