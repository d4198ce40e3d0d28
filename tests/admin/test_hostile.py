"""Hostile text in every field of the editor: kept or refused by name, never a 500, and never run on any screen."""

from unicodedata import normalize
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts.models import Post
from tests.browser import Browser
from tests.factories import Make
from tests.site.test_hostile import faults, payloads, values

FIELDS = (
    "title",
    "body",
    "summary",
    "slug",
    "tags",
    "featured_alt",
    "seo_title",
    "seo_description",
    "canonical_url",
    "language",
    "note",
)
ODD = [
    "x" * 100_000,
    "é" * 501,
    "\u200b",
    "𝒳" * 300,
    "-1",
    "99999999999999999999",
    "a\tb",
    "\u202eabc\u2069",
    "' OR 1=1 --",
    "%s%n",
]


@pytest.fixture
def signed_in(browser: Browser, session: Session, make: Make) -> Browser:
    owner = make.owner()
    session.commit()
    return browser.sign_in(owner)


def test_nothing_runs_on_any_screen_that_shows_it(signed_in: Browser, session: Session) -> None:
    screens: list[str] = ["/admin/", "/admin/activity/", "/admin/trash/", "/admin/tags/"]
    for payload in payloads()[::9]:
        line = " ".join(payload.split())[:120]
        fields = {name: line for name in ("title", "summary", "featured_alt", "seo_title", "seo_description")}
        made = signed_in.post("/admin/posts/new/", fields | {"body": payload, "tags": line, "move": "publish"})
        assert made.status_code in (302, 400, 422), (payload, made.status_code)
        if made.status_code == 302:
            edit = made.location
            screens += [edit, *(edit.replace("edit", name) for name in ("details", "history", "delete"))]
            screens += [edit.replace("edit", "version") + "&number=1"]

    for screen in [*screens, "/admin/posts/", "/admin/posts/?search=%3Cscript%3E&status=%22%3E%3Csvg%20onload%3D1%3E"]:
        answer = signed_in.get(screen)
        assert answer.status_code == 200, screen
        own = [fault for fault in faults(answer.text) if fault not in ("<script>", "<svg>")]
        assert own == [], screen
        assert "alert(" not in "".join(_scripts(answer.text)), screen


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_keeps_a_value_or_refuses_it_by_name(
    signed_in: Browser, session: Session, make: Make, field: str
) -> None:
    post = make.post()
    session.commit()

    for value in [*ODD, *values()]:
        session.expire_all()
        version = session.scalar(select(Post.version).where(Post.id == post.id))
        session.commit()
        sent = {"csrf_token": signed_in.token(), "version": version, "title": "T", "body": "B"} | {field: value}
        answer = signed_in.client.post(
            f"/admin/posts/edit/?id={post.id}",
            data=urlencode(sent, errors="surrogatepass"),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code in (302, 400, 422), (value[:40], answer.status_code)
        if answer.status_code == 302 and field in ("body", "title"):
            session.expire_all()
            kept = session.scalar(select(getattr(Post, field)).where(Post.id == post.id))
            session.commit()
            expected = normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
            assert kept == (expected if field == "body" else expected.strip(" \t\n"))
        if answer.status_code == 422:
            assert f'id="{field}-error"' in answer.text or field == "note", value[:40]


def _scripts(page: str) -> list[str]:
    """What stands between script tags: ours have nothing there."""
    return [part.partition("</script")[0].partition(">")[2] for part in page.split("<script")[1:]]
