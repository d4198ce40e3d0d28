"""The library through the back office: who may do what with its files, where they are used, and the way back."""

import pytest

from cms.accounts.actions.own import set_avatar
from cms.media import actions, folders
from cms.media.models import MediaKind
from cms.media.paths import path_of
from cms.posts.lifecycle import PUBLISHED
from tests.admin.media import count, upload
from tests.counting import counted
from tests.media import files


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
    set_avatar(session, editor, media.id, at=make.at)
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


def test_the_chooser_looks_into_one_folder(browser, session, make, now):
    author = make.author()
    boats = folders.create(session, "Boats", None, by=author, at=now)
    make.media(title="Ferry", folder_id=boats.id)
    make.media(title="Timetable", folder_id=boats.id, kind=MediaKind.DOCUMENT, mime="application/pdf")
    make.media(title="Quay")
    session.commit()
    browser.sign_in(author)

    def found(query: str) -> set[str]:
        part = browser.get(f"/admin/media/choose/?part=1&match=any&{query}").text
        return {title for title in ("Ferry", "Timetable", "Quay") if f'data-title="{title}"' in part}

    assert found("") == {"Ferry", "Quay"}
    assert found(f"folder={boats.id}") == {"Ferry"}
    assert found(f"folder={boats.id}&search=quay") == set()
    assert found("folder=none") == {"Quay"}
    assert (
        f'<option value="{boats.id}" selected>/Boats</option>'
        in browser.get(f"/admin/media/choose/?folder={boats.id}").text
    )


def test_a_long_library_costs_no_more_queries_than_a_short_one(browser, session, make, engine):
    editor = make.editor()
    make.media(uploaded_by_id=editor.id)
    session.commit()
    browser.sign_in(editor)

    def cost() -> int:
        with counted(engine) as statements:
            assert browser.get("/admin/media/").status_code == 200
        return len(statements)

    few = cost()
    for _ in range(30):
        make.media(uploaded_by_id=make.author().id)
    session.commit()
    assert cost() <= few


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
