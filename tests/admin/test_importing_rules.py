"""Who may bring in what, and that nothing slips through: rights row by row, drift, faults, hostile files."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.audit.models import Batch, Event, ImportRow
from cms.core.permissions import Permission, Scope
from cms.posts.models import Post
from cms.taxonomy.models import Tag
from tests.admin.importing import preview, run, send, told
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

P = Permission
HOSTILE = Path(__file__).parents[3] / "shared" / "data" / "hostile"


def events(session: Session) -> int:
    found = session.scalar(select(func.count(Event.id))) or 0
    session.rollback()
    return found


@pytest.mark.parametrize(
    ("role", "status"),
    [("contributor", 403), ("author", 403), ("moderator", 403), ("editor", 200), ("owner", 200)],
)
def test_importing_is_a_right_of_its_own(
    browser: Browser, session: Session, make: Make, role: str, status: int
) -> None:
    person = make.user(role)
    session.commit()

    browser.sign_in(person)

    assert browser.get("/admin/posts/import/").status_code == status
    assert ("Import…" in browser.get("/admin/posts/").text) == (status == 200)
    assert send(browser, "posts", "title\nA\n").status_code == (303 if status == 200 else 403)


@pytest.mark.parametrize("area", ["comments", "roles"])
def test_areas_that_cannot_be_brought_in_have_no_address_for_it(
    browser: Browser, session: Session, make: Make, area: str
) -> None:
    owner = make.owner()
    session.commit()

    assert browser.sign_in(owner).get(f"/admin/{area}/import/").status_code == 404


def test_a_contributor_brings_in_own_drafts_and_nothing_else(browser: Browser, session: Session, make: Make) -> None:
    person = make.user("contributor", make.role(P.IMPORT_RUN))
    mine, foreign = make.post(author=person, slug="mine"), make.post(slug="foreign", title="A secret")
    session.commit()
    browser.sign_in(person)

    place = preview(
        browser,
        "posts",
        "id,title,slug,seo_title,author\n"
        f"{mine.id},Changed,,,\n"
        f"{foreign.id},Stolen,,,\n"
        ",Taken,foreign,,\n"
        ",Robots,robots,For robots,\n"
        f"{mine.id + 100000},Nothing,,,\n"
        f",Given,given,,{person.username}\n",
    )

    page = told(browser.get(place).text)
    assert "A secret" not in page
    assert page.count("There is no such entry, or you may not see it.") == 2
    assert "Address: “foreign” is taken. Choose another." in page
    assert "This needs the right “Edit search details”" in page
    before = events(session)
    assert "2 done" in told(run(browser, place))
    session.expire_all()
    assert session.get_one(Post, mine.id).title == "Changed"
    assert session.get_one(Post, foreign.id).title == "A secret"
    session.rollback()
    assert events(session) == before + 2


def test_a_right_that_is_limited_to_a_tag_reaches_no_further(browser: Browser, session: Session, make: Make) -> None:
    sea, land = make.tag("Sea"), make.tag("Land")
    limited = make.role((P.POST_EDIT, Scope.ANY), tags=(sea,))
    person = make.user(limited, make.role(P.POST_VIEW, P.IMPORT_RUN))
    inside, outside = make.post(slug="inside", tags=[sea]), make.post(slug="outside", tags=[land])
    session.commit()
    browser.sign_in(person)

    place = preview(browser, "posts", "slug,title\ninside,Fine\noutside,Not fine\nnew,New\n")
    page = told(browser.get(place).text)
    assert "Line 2 Changes Fine" in page
    assert "but not for this one: it is limited" in page
    assert "Line 4 Refused New This needs the right “Create posts”" in page
    run(browser, place)

    leaving = told(browser.get(preview(browser, "posts", "slug,tags\ninside,Land\n")).text)
    assert "Line 2 Refused" in leaving
    session.expire_all()
    assert session.get_one(Post, inside.id).title == "Fine"
    assert session.get_one(Post, outside.id).title != "Not fine"


def test_somebody_elses_import_is_nobody_elses(browser: Browser, session: Session, make: Make) -> None:
    owner, editor = make.owner(), make.editor()
    session.commit()
    place = preview(browser.sign_in(owner), "tags", "name\nSea\n")
    browser.sign_out()
    browser.sign_in(editor)

    for answer in (browser.get(place), *(browser.post(f"{place}{step}/") for step in ("look", "run", "stop"))):
        assert answer.status_code == 404
    assert browser.get(place.replace("/tags/", "/posts/")).status_code == 404


def test_what_changed_since_somebody_looked_is_left_alone_and_said(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    post, other, tag = make.post(author=editor, slug="one"), make.post(author=editor, slug="two"), make.tag("Sea")
    session.commit()
    browser.sign_in(editor)
    posts = preview(browser, "posts", "slug,title\none,From the file\ntwo,From the file\nthree,New\n")
    tags = preview(browser, "tags", "id,name\n" + f"{tag.id},Ocean\n")

    browser.post(f"/admin/posts/edit/?id={post.id}", {"version": "1", "title": "By hand"})
    browser.post("/admin/posts/new/", {"title": "Came first", "slug": "three"})
    browser.post(f"/admin/tags/edit/?id={tag.id}", {"description": "By hand"})

    page = told(run(browser, posts))
    assert "1 done, 2 skipped, 0 refused" in page
    assert page.count("It was changed since you looked at this.") == 2
    assert "0 done, 1 skipped" in told(run(browser, tags))
    session.expire_all()
    assert session.get_one(Post, post.id).title == "By hand"
    assert session.get_one(Post, other.id).title == "From the file"
    assert session.get_one(Tag, tag.id).name == "Sea"


def test_two_rows_about_one_entry_and_two_of_one_name_are_told_apart(
    browser: Browser, session: Session, make: Make
) -> None:
    editor, tag = make.editor(), make.tag("Sea")
    session.commit()
    browser.sign_in(editor)

    place = preview(
        browser,
        "tags",
        f"id,slug,name\n{tag.id},,Ocean\n{tag.id},,Lake\n,a,Ferry\n,A,Boat\n,b,FERRY\n,sea,Other\n",
    )

    page = told(browser.get(place).text)
    assert "Line 3 Refused Row 2 is about the same entry." in page
    assert "Line 5 Refused Row 4 is about the same entry." in page
    assert "Line 6 Refused FERRY Name: There is a tag of this name already." in page
    assert "Line 7 Changes Other" in page


def test_every_fault_of_a_row_is_said_at_once(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)
    long = "x" * 2_000_000

    place = preview(browser, "tags", f"name,slug,parent,description\n{'n' * 100},a,Nowhere,{long}\n,b,,\nFine,c,,\n")

    page = told(browser.get(place).text)
    assert "Parent: There is no such tag." in page
    assert "Name: A tag has at most 80 characters." in page
    assert "Description: At most 1000 characters fit here; this has 2000000." in page
    assert "A name is needed." in page
    assert "1 done" in told(run(browser, place))


def test_a_file_that_is_none_comes_back_with_the_form_and_its_status(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    for content, status in ((b"", 422), (b"\xff\xfe\x00", 422), (b"{]", 422), (b"who,what\na,b\n", 422)):
        answer = send(browser, "tags", content)
        assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (status, True)
    assert send(browser, "tags", b"name\n" + b"x\n" * 10_001).status_code == 413
    assert send(browser, "tags", b"name\n" + b"x" * (8 * 1024 * 1024)).status_code == 413
    assert send(browser, "tags", b"name\n" + b"x" * (12 * 1024 * 1024)).status_code == 413
    assert browser.post("/admin/tags/import/").status_code == 422
    assert session.scalar(select(func.count(Batch.id))) == 0
    assert session.scalar(select(func.count(ImportRow.id))) == 0


@pytest.mark.parametrize("area", ["posts", "pages", "tags", "series", "media", "redirects", "users"])
def test_hostile_words_are_never_a_500_and_never_half_a_row(
    browser: Browser, session: Session, make: Make, area: str
) -> None:
    owner = make.owner()
    make.media()
    session.commit()
    browser.sign_in(owner)
    fields = ("id", "name", "title", "slug", "email", "username", "from_path", "to_path", "parent", "roles", "folder")
    more = (
        "body",
        "author",
        "language",
        "position",
        "featured_media_id",
        "active",
        "timezone",
        "status",
        "tags",
        "series",
        "series_position",
    )
    words = [*_hostile(), "9" * 30, "-1", "1e9", "nan", "true", "../..", "=1+1", "\x00", "\ud800", "\x0b", "😀" * 300]
    rows = [dict.fromkeys((*fields, *more), word) for word in words]
    rows += [{"id": "", "slug": f"s{number}", "name": word, "title": word} for number, word in enumerate(words)]

    place = preview(browser, area, json.dumps(rows), "rows.json")
    page = browser.get(place)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    run(browser, place)

    left = session.scalars(select(ImportRow)).all()
    assert len(left) == len(rows)
    assert all(row.outcome is not None for row in left if row.foreseen in ("new", "change"))


def _hostile() -> list[str]:
    """What attackers type, of the shared collection where it is there."""
    own = ["<script>alert(1)</script>", "{{7*7}}", "javascript:alert(1)", "' OR 1=1 --", "%s%n", "\u202eabc", ""]
    files = HOSTILE / "fields.json"
    if not files.exists():
        return own
    found = json.loads(files.read_text("utf-8"))
    return own + [text for text in _texts(found) if len(text) < 5000][:60]


def _texts(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    values = found.values() if isinstance(found, dict) else found if isinstance(found, list) else []
    return [text for value in values for text in _texts(value)]


@pytest.mark.parametrize("area", ["tags", "posts", "redirects", "users"])
def test_a_row_costs_the_same_number_of_questions_whatever_the_file(
    browser: Browser, session: Session, make: Make, engine: Engine, area: str
) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)
    head, line = {
        "tags": ("name", "Tag {}"),
        "posts": ("title,slug", "Post {0},p-{0}"),
        "redirects": ("from_path,to_path", "/a-{0},/b-{0}"),
        "users": ("email,username", "p{0}@example.com,user{0}"),
    }[area]

    def cost(first: int, rows: int) -> int:
        content = "\n".join([head, *(line.format(number) for number in range(first, first + rows))])
        with counted(engine) as statements:
            assert "done" in run(browser, preview(browser, area, content))
        return len(statements)

    one, few = cost(0, 1), cost(100, 11)
    assert (few - one) / 10 < 50
