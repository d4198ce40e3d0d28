"""What each area takes from a file, and that what it exported is nothing new to it."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cms.accounts.models import User
from cms.core.permissions import Permission
from cms.media import folders
from cms.media.models import Media
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post, PostKind
from cms.redirects.models import Redirect
from cms.taxonomy.models import Tag
from tests.admin.importing import preview, run, told
from tests.browser import Browser
from tests.factories import Make

AREAS = ("posts", "pages", "tags", "series", "media", "redirects", "users")
AWKWARD = ("=SUM(A1)", "'=quoted", 'a; b, "c"', "-1", "Grün 日本 🙂", "'plain'")


def fill(session: Session, make: Make, owner: User) -> None:
    """Two or more of everything, with what a CSV file could break."""
    for number, text in enumerate(AWKWARD):
        tag = make.tag(text, slug=f"tag-{number}", description=f"{text}\nsecond line")
        series = make.series(text, slug=f"series-{number}", description=f"{text}\nsecond line")
        place = {"series_id": series.id, "series_position": number + 1}
        make.post(author=owner, title=text, slug=f"post-{number}", summary=text, tags=[tag], **place)
        page = make.page(author=owner, title=text, slug=f"page-{number}")
        make.page(author=owner, title=text, slug="below", parent_id=page.id)
        make.media(title=text, alt=text, caption=text, uploaded_by_id=owner.id)
        times = {"created_at": make.at, "updated_at": make.at}
        session.add(Redirect(from_path=f"/old-{number}", to_path=f"/new?x={number}", status=302, **times))
        make.user("author", display_name=text, bio=f"{text}\r\nsecond line", timezone="Europe/Berlin")
    make.tag("Below", slug="below", parent_id=session.scalars(select(Tag.id)).first())
    make.post(author=make.user(display_name="Two"), status=PostStatus.PUBLISHED)
    make.post(author=make.user(display_name="Two"))
    live = make.post(author=owner, slug="live", status=PostStatus.PUBLISHED)
    session.add(Redirect(from_path="/followed", post_id=live.id, status=301, created_at=make.at, updated_at=make.at))
    shelf = folders.create(session, "Boats", None, by=owner, at=make.at)
    make.media(folder_id=folders.create(session, "Ferries", shelf, by=owner, at=make.at).id, decorative=True)


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("area", AREAS)
def test_what_was_exported_changes_nothing(
    browser: Browser, session: Session, make: Make, area: str, kind: str
) -> None:
    owner = make.owner()
    fill(session, make, owner)
    session.commit()
    browser.sign_in(owner)
    exported = browser.get(f"/admin/{area}/export/{kind}/").data

    page = told(browser.get(preview(browser, area, exported, f"rows.{kind}")).text)

    assert "No row of this file would change anything." in page
    rows = len(json.loads(browser.get(f"/admin/{area}/export/json/").data))
    assert f"All {rows} Unchanged {rows}" in page
    assert "Refused" not in page


def imported(browser: Browser, area: str, content: str) -> str:
    return told(run(browser, preview(browser, area, content)))


def test_posts_are_made_as_drafts_and_changed_by_id_or_address(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    other = make.user("author", username="odile", display_name="Odile")
    by_id, by_slug = make.post(author=editor, slug="one"), make.post(author=editor, slug="two")
    session.commit()
    browser.sign_in(editor)

    page = imported(
        browser,
        "posts",
        "id,title,slug,body,tags,author,comments_open,seo_title,status\n"
        f"{by_id.id},First,,,,odile,no,For robots,published\n"
        ",Second,two,,,,,,\n"
        ',Third,three,"Some *words*\n\nand more","Sea, ""Salt, fine""",,,,\n',
    )

    assert "3 done, 0 skipped, 0 refused" in page
    assert "False" not in page  # said as “No”
    session.expire_all()
    first, second = session.get_one(Post, by_id.id), session.get_one(Post, by_slug.id)
    assert (first.title, first.author_id, first.seo_title) == ("First", other.id, "For robots")
    assert (first.comments_open, first.status, first.version) == (False, PostStatus.DRAFT, 2)
    assert second.title == "Second"
    third = session.scalars(select(Post).where(Post.slug == "three").options(selectinload(Post.tags))).one()
    assert (third.body, third.status, third.author_id) == ("Some *words*\n\nand more", PostStatus.DRAFT, editor.id)
    assert sorted(tag.name for tag in third.tags) == ["Salt, fine", "Sea"]


def test_pages_are_found_by_their_whole_address_and_nested_in_one_file(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    about = make.page(author=editor, title="About", slug="about")
    team = make.page(author=editor, title="Team", slug="team", parent_id=about.id)
    session.commit()
    browser.sign_in(editor)

    page = imported(
        browser,
        "pages",
        "path,title,slug,parent,position\n"
        "/about/team,The team,,,7\n"
        ",Child,child,Mother,\n"
        ",Mother,mother,/about,\n"
        ",Lost,lost,/nowhere,\n",
    )

    assert "3 done, 0 skipped, 0 refused" in page
    session.expire_all()
    assert (session.get_one(Post, team.id).title, session.get_one(Post, team.id).position) == ("The team", 7)
    pages = {page.slug: page for page in session.scalars(select(Post).where(Post.kind == PostKind.PAGE))}
    assert pages["child"].parent_id == pages["mother"].id
    assert pages["mother"].parent_id == about.id
    assert "lost" not in pages


def test_redirects_are_found_by_their_old_address(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    live = make.post(author=editor, slug="live", status=PostStatus.PUBLISHED)
    session.add(Redirect(from_path="/old", to_path="/a", status=301, created_at=make.at, updated_at=make.at))
    session.commit()
    browser.sign_in(editor)

    place = preview(
        browser,
        "redirects",
        "from_path,to_path,status\n/Old/,/b,302\n/gone,,410\n/follow,/posts/live,\n/c,//evil,99\n/posts/live,/d,\n",
    )
    page = told(browser.get(place).text)
    assert f"Line 4 New /follow Old address /follow Follows post {live.id} Answer 301" in page
    assert "Line 5 Refused /c Answer: Not a valid choice. Leads to: Enter a path" in page
    assert "Readers see" in page
    assert "3 done" in told(run(browser, place))

    session.expire_all()
    found = {one.from_path: (one.to_path, one.post_id, one.status) for one in session.scalars(select(Redirect))}
    assert found == {"/old": ("/b", None, 302), "/gone": (None, None, 410), "/follow": (None, live.id, 301)}


def test_files_of_the_library_are_described_and_moved_but_never_made(
    browser: Browser, session: Session, make: Make
) -> None:
    owner = make.owner()
    image, document = make.media(), make.media(kind="document", mime="application/pdf", filename="a.pdf")
    folders.create(session, "Boats", None, by=owner, at=make.at)
    session.commit()
    browser.sign_in(owner)

    place = preview(
        browser,
        "media",
        "id,title,alt,decorative,folder\n"
        f"{image.id},A ferry,Seen from the quay,no,/boats\n"
        f"{document.id},Timetable,Nobody sees this,,/nowhere\n"
        ",New,,,\n",
    )
    page = told(browser.get(place).text)
    assert "Only images have this." in page
    assert "There is no folder “/nowhere”." in page
    assert "Files come in by uploading" in page
    assert "1 done" in told(run(browser, place))

    session.expire_all()
    media = session.get_one(Media, image.id)
    assert (media.title, media.alt, media.folder_id is not None) == ("A ferry", "Seen from the quay", True)
    assert session.get_one(Media, document.id).title == ""


def test_people_are_invited_with_their_roles_and_hear_of_it_once_it_is_done(
    browser: Browser, session: Session, make: Make, outbox: list[object]
) -> None:
    owner, known = make.owner(), make.user("author", email="known@example.com")
    session.commit()
    browser.sign_in(owner)

    place = preview(
        browser,
        "users",
        "email,username,display_name,roles,bio,active\n"
        'new@example.com,newcomer,New Comer,"Author, moderator",,yes\n'
        "KNOWN@example.com,,,Editor,Writes.,\n"
        "broken,bad name,,Nobody,Too early,\n",
    )
    page = told(browser.get(place).text)
    assert outbox == []
    assert "Line 2 New New Comer" in page
    assert "Line 3 Changes" in page
    assert "There is no such role: Nobody." in page
    assert "This is not an e-mail address" in page
    assert "Somebody new has an address, names and roles" in page
    assert "2 done, 0 skipped, 0 refused" in told(run(browser, place))

    assert len(outbox) == 1
    session.expire_all()
    person = session.scalars(select(User).where(User.email == "new@example.com")).one()
    assert sorted(role.name for role in person.roles) == ["author", "moderator"]
    changed = session.get_one(User, known.id)
    assert ([role.name for role in changed.roles], changed.bio) == (["editor"], "Writes.")
    assert changed.active


def test_somebody_who_manages_people_gives_no_role_that_they_could_not_give(
    browser: Browser, session: Session, make: Make
) -> None:
    manager = make.user(make.role(Permission.USER_MANAGE, Permission.USER_VIEW, Permission.IMPORT_RUN))
    owner = make.owner()
    session.commit()
    browser.sign_in(manager)

    place = preview(
        browser, "users", f"id,email,username,roles,bio\n,a@example.com,newcomer,Owner,\n{owner.id},,,,Hello\n"
    )

    page = told(browser.get(place).text)
    assert "Only owners can make somebody an owner." in page
    assert "only owners can change owners" in page
    assert "No row of this file would change anything." in page
