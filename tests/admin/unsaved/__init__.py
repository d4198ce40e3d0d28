"""The editor, what is typed into it, and what of that is kept."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts.models import Post
from cms.workspace.models import UnsavedText
from tests.browser import Browser
from tests.forms import untouched

NEW, KEEP_NEW = "/admin/posts/new/", "/admin/posts/unsaved/"
NOTICE = "and did not save."


def editor_of(post: Post) -> str:
    return f"/admin/posts/edit/?id={post.id}"


def keeps(post: Post) -> str:
    return f"/admin/posts/{post.id}/unsaved/"


def opened(desk: Browser, url: str, **typed: Any) -> dict[str, Any]:
    """The form as the browser has it, with something typed into it."""
    return untouched(desk.get(url).text) | typed


def kept(session: Session) -> list[UnsavedText]:
    """As the database has them; the transaction ends at once, so that the browser may write."""
    session.commit()
    query = select(UnsavedText).order_by(UnsavedText.id).execution_options(populate_existing=True)
    found = list(session.scalars(query))
    session.commit()
    return found


def typed_at(desk: Browser, post: Post, **typed: Any) -> dict[str, Any]:
    form = opened(desk, editor_of(post), **typed)
    assert desk.post(keeps(post), form).status_code == 200
    return form
