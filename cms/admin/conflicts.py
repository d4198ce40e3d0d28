"""Two people saved the same post: the page that shows every differing field, yours beside theirs, each choosable."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from werkzeug.wrappers import Response

from cms.accounts.models import User
from cms.admin.gate import Crumb, page_response
from cms.admin.post_form import BESIDE, joined
from cms.core.i18n import _, listed
from cms.extensions import db
from cms.media.models import Media
from cms.posts import actions, queries
from cms.posts.diff import Piece, compare
from cms.posts.fields import LABELS
from cms.posts.lifecycle import MOVE_LABELS, PostMove
from cms.posts.models import Post, Revision
from cms.series.models import Series
from cms.web import now, signed_in

#: Fields that hold the id of something with a name.
NAMED: dict[str, Any] = {"author_id": User, "featured_media_id": Media, "parent_id": Post, "series_id": Series}

#: What was sent beside the text, and must not be lost while somebody chooses.
CARRIED = ("move", "note", "review_note", "live_from", "live_until", "url", "sitting")


@dataclass(frozen=True)
class Clash:
    """One differing field, ready to print: as it was, and the two versions with what each changed."""

    field: str
    label: str
    sent: list[str]
    base: str
    mine: list[Piece]
    theirs: list[Piece]
    chosen: str


def conflict_page(view: Any, refusal: actions.SaveConflict, form: Any, post_id: int) -> Response:
    """409; what was sent is kept as a version of its own first, so that closing this page loses nothing.

    Whoever sends this page without choosing gets it again, as a 422. It carries on what was pressed and typed beside.
    """
    is_again, base = bool(unchosen()), base_version(form)
    changes = form.changes(but=BESIDE)
    db.session.rollback()
    post = view.get_one(post_id, for_update=True)
    kept = actions.keep_untaken(db.session(), post, changes, base_version=base, by=signed_in(), at=now())
    db.session.commit()
    theirs = queries.revision(db.session(), post, post.version)
    page = view.render(
        "admin/post_conflict.html",
        record=post,
        clashes=[_clash(one) for one in refusal.differences],
        version=refusal.version,
        base=base,
        is_again=is_again,
        beside=[(name, request.form[name]) for name in CARRIED if request.form.get(name)],
        move=_(MOVE_LABELS[PostMove(move)]) if (move := request.form.get("move", "")) in tuple(PostMove) else "",
        kept=kept,
        theirs=theirs,
        is_own=_savers(post, base, refusal.version) == {signed_in().id},
        who=theirs.author.name if theirs and theirs.author else _("Somebody else"),
        crumbs=view.crumbs(Crumb(str(post), view.link("edit_view", id=post.id)), Crumb(_("Two versions"))),
    )
    return page_response(page, 422 if is_again else 409)


def _savers(post: Post, after: int, until: int) -> set[int | None]:
    """Who made the versions that came between; one person with two windows is told so."""
    between = Revision.number.between(after + 1, until)
    return set(db.session.scalars(select(Revision.author_id).where(Revision.post_id == post.id, between)))


def base_version(form: Any) -> int:
    """The version that the changes were made on; as before the conflict while somebody has not chosen.

    Whoever does not say it gets the oldest there could be, so that nothing is written over unseen.
    """
    field = form.base if unchosen() else form.version
    return (field.data or 0) if any(field.raw_data or ()) else 0


def taken_changes(form: Any) -> dict[str, Any]:
    """What was sent, without the fields for which somebody chose the other person's text."""
    changes = form.changes(but=BESIDE)
    return changes if unchosen() else {field: value for field, value in changes.items() if _choice(field) != "theirs"}


def unchosen() -> list[str]:
    """The fields that the conflict page asked about, and that came back without an answer."""
    return [field for field in request.form.getlist("clash") if _choice(field) not in ("theirs", "mine")]


def _choice(field: str) -> str:
    return request.form.get(f"choice-{field}", "")


def _clash(one: actions.FieldDifference) -> Clash:
    base, mine, theirs = (shown(one.field, value) for value in (one.base, one.mine, one.theirs))
    return Clash(
        field=one.field,
        label=LABELS[one.field],
        sent=_sent(one.mine),
        base=base,
        mine=compare(base, mine),
        theirs=compare(base, theirs),
        chosen=_choice(one.field) or ("mine" if one.only_mine else "theirs" if one.only_theirs else ""),
    )


def _sent(value: Any) -> list[str]:
    """What the field of the form is sent again with; a switch has a companion that says "off"."""
    if isinstance(value, bool):
        return ["", "1"] if value else [""]
    if isinstance(value, list):
        return [joined(value)]
    return ["" if value is None else str(value)]


def shown(field: str, value: Any) -> str:
    """A value of a field as people read it: what an id names, by its name while it is there."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field in NAMED and value is not None:
        named = db.session.scalar(select(NAMED[field]).where(NAMED[field].id == value))
        return str(named) if named is not None else f"#{value}"
    if isinstance(value, list):
        return listed(value)
    return "" if value is None else str(value)
