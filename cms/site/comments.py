"""Commenting: a form on a page of its own, and a receipt that shows what was sent. Neither is ever kept."""

from dataclasses import dataclass

from flask import abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.accounts.models import User
from cms.comments import actions, fields, limits, threads
from cms.comments.arrival import Arrival, require_open
from cms.comments.lifecycle import APPROVED, PENDING
from cms.comments.models import Comment
from cms.comments.reasons import Reason
from cms.comments.senders import Sender
from cms.core.db import end_read, row_id
from cms.core.errors import CmsError, Invalid, NotAllowed, TooOften
from cms.core.i18n import _
from cms.extensions import csrf, db
from cms.posts import public
from cms.posts.shown import Story
from cms.site import stamps
from cms.site.stamps import BadStamp, OldStamp, Stamp
from cms.web import now, runtime, settings, visitor
from cms.web.errors import status_of
from cms.web.limits import is_exempt
from cms.web.meters import meters
from cms.web.themes import render

#: A field that people do not see, under a name that programs like to fill in.
TRAP = "website"


@dataclass(frozen=True)
class Entered:
    """What somebody typed; a form that is shown again shows it again."""

    name: str = ""
    email: str = ""
    body: str = ""
    parent: str = ""


@csrf.exempt  # no session, so no token in one: the stamp and the Origin stand in for it
def form(slug: str) -> Response:
    """GET shows the form, POST takes it; whatever is refused comes back with its text."""
    if request.method == "POST":
        return _take(slug)
    edition, person = _edition(slug), visitor()
    _require_welcome(edition, person)
    parent = request.args.get("parent", "")
    if parent and _answered(edition, parent) is None:
        parent = ""
    return _page(edition, person, Entered(parent=parent))


def receipt(slug: str) -> Response:
    """What was sent, and whether readers see it yet; only for whoever has the signed address."""
    edition = _edition(slug)
    comment_id = stamps.read_receipt(request.args.get("c", ""))
    comment = threads.sent(db.session(), comment_id) if comment_id is not None else None
    if comment is None or comment.post_id != edition.post_id:
        abort(404)
    is_public = comment.status is APPROVED
    return make_response(render("site/comment_received.html", edition=edition, comment=comment, is_public=is_public))


def _take(slug: str) -> Response:
    entered = Entered(**{name: request.form.get(name, "") for name in ("name", "email", "body", "parent")})
    person = visitor()
    end_read(db.session())  # rendering is slow enough not to hold the lock meanwhile
    draft = _draft(entered, is_member=person is not None)
    edition = _edition(slug)
    stamp = None
    try:
        _require_welcome(edition, person)
        stamp = _stamp(edition, person)
        if isinstance(draft, Invalid):
            raise draft
        comment = _submit(edition, draft, entered, stamp, person)
    except CmsError as problem:
        db.session.rollback()
        return _page(_edition(slug), visitor(), entered, problem=problem, stamp=stamp)
    target = url_for("site.comment_receipt", slug=slug, c=stamps.receipt_of(comment.id))
    is_held = comment.status is PENDING
    db.session.commit()
    if is_held:
        meters().comments_held.inc()
    return redirect(target, 303)


def _require_welcome(edition: Story, person: User | None) -> None:
    require_open(edition, settings(), by=person, at=now())
    if person is not None and person.needs_second_factor:
        raise NotAllowed(_("One of your roles asks for a second factor. Set one up in your account first."))


def _draft(entered: Entered, *, is_member: bool) -> fields.Draft | Invalid:
    """What is at fault is said only where there is no greater reason to refuse."""
    try:
        return fields.checked(body=entered.body, name=entered.name, email=entered.email, is_member=is_member)
    except Invalid as fault:
        return fault


def _stamp(edition: Story, person: User | None) -> Stamp:
    if not stamps.is_from_here():
        raise CmsError(_("This form was sent from another site. If you wrote it, send it again from here."))
    try:
        return stamps.read(request.form.get("csrf_token", ""), edition.post_id, person.id if person else None)
    except OldStamp:
        raise Invalid(_("This form was open for more than a day. Nothing is lost: send it again.")) from None
    except BadStamp:
        raise CmsError(_("This form was incomplete. Nothing is lost: send it again.")) from None


def _submit(edition: Story, draft: fields.Draft, entered: Entered, stamp: Stamp, person: User | None) -> Comment:
    noticed = ((Reason.TRAP, bool(request.form.get(TRAP))), (Reason.FAST, stamp.is_hasty))
    arrival = Arrival(
        edition,
        draft,
        Sender(request.remote_addr or "", runtime().config.secret_key, request.user_agent.string),
        settings(),
        parent_id=(row_id(entered.parent) or 0) if entered.parent else None,
        noticed=tuple(reason for reason, applies in noticed if applies),
    )
    if not is_exempt():
        limits.count(db.session(), arrival.sender.digest, at=now())
    return actions.submit(db.session(), arrival, by=person, at=now())


def _edition(slug: str) -> Story:
    """The live post, or 404: nobody comments on what nobody can read."""
    edition = public.at_path(db.session(), f"/posts/{slug}", now())
    if edition is None:
        abort(404)
    return edition


def _answered(edition: Story, parent: str) -> Comment | None:
    return threads.answerable(db.session(), edition.post_id, row_id(parent) or 0)


def _page(
    edition: Story,
    person: User | None,
    entered: Entered,
    *,
    problem: CmsError | None = None,
    stamp: Stamp | None = None,
) -> Response:
    """A stamp that holds is used again: whoever corrects a field at once is not in a hurry."""
    text = stamp.text if stamp is not None else stamps.make(edition.post_id, person.id if person else None)
    page = render(
        "site/comment_form.html",
        edition=edition,
        person=person,
        entered=entered,
        answered=_answered(edition, entered.parent) if entered.parent else None,
        problem=problem,
        faults=getattr(problem, "fields", {}),
        stamp=text,
        trap=TRAP,
        limits=fields,
        privacy_note=settings().privacy_note,
        reads_all=settings().comments_hold == "all",
    )
    response = make_response(page, status_of(problem) if problem is not None else 200)
    if isinstance(problem, TooOften):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
