"""Subscribing by mail: a form, a yes that only the reader of the mail can give, and one click to end it.

No answer tells whether an address is known here, and none is ever kept.
"""

from flask import abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from cms.accounts.actions import attempts
from cms.accounts.names import clean_email
from cms.core.errors import CmsError, Conflict, Invalid, TooOften
from cms.core.i18n import _
from cms.extensions import csrf, db
from cms.posts import public
from cms.site import stamps
from cms.site.comments import TRAP
from cms.site.stamps import BadStamp
from cms.subscriptions import actions
from cms.subscriptions.queries import by_key
from cms.taxonomy.models import Tag
from cms.web import now, settings, subscribing
from cms.web.errors import status_of
from cms.web.limits import mail_tallies, may_mail
from cms.web.secret_addresses import secret_address
from cms.web.themes import render

FORM = "subscribe form"


@csrf.exempt  # no session, so no token in one: the stamp and the Origin stand in for it
def form() -> Response:
    """GET shows the form, POST takes it; the answer is the same for every address."""
    _require_on()
    tag = _tag(request.values.get("tag", ""))
    if request.method != "POST":
        return _page(tag, "")
    email = request.form.get("email", "")
    try:
        _take(email, tag)
        db.session.commit()
    except CmsError as problem:
        db.session.rollback()
        return _page(_tag(request.values.get("tag", "")), email, problem)
    return redirect(url_for("site.subscribe_sent"), 303)


def sent() -> Response:
    """What to do next."""
    _require_on()
    return _told(_("Look into your letter box"), _("If the address is right, a mail is on its way. Say yes in it."))


@secret_address
@csrf.exempt  # nobody else can make such an address
def confirm(sealed: str) -> Response:
    """Programs that look at links before people do change nothing: only the button does."""
    _require_on()
    wanted = subscribing.read_link(sealed)
    if wanted is None:
        return _told(_("This link works no more"), _("It is older than two days, or not whole."), 410)
    email, tag_id = wanted
    if request.method != "POST":
        return _asked(
            _("Do you want mail?"), _("New posts will be sent to %(email)s.", email=email), _("Yes, send them")
        )
    try:
        actions.confirm(db.session(), email, tag_id, at=now())
        db.session.commit()
    except Conflict as problem:
        db.session.rollback()
        return _told(_("This link works no more"), problem.message, 410)
    return _told(_("You have subscribed"), _("New posts come by mail. Each mail has a link that ends it."))


@secret_address
@csrf.exempt  # sent by the programs of mail services (RFC 8058), which have neither session nor token
def unsubscribe(key: str) -> Response:
    """By the button, or by one click in a mail program; whoever is not known here gets the same answer."""
    if request.method != "POST":
        words = _("Your address is deleted at once, and nothing of it is kept.")
        return _asked(_("No more mail?"), words, _("Unsubscribe"))
    subscriber = by_key(db.session(), key)
    if subscriber is not None:
        actions.leave(db.session(), subscriber, at=now())
        db.session.commit()
    return _told(_("You get no more mail"), _("Your address was deleted."))


def _take(email: str, tag: Tag | None) -> None:
    """Whoever fills in the trap, or makes us write to one address too often, gets the same answer and no mail."""
    try:
        stamps.read_for(FORM, request.form.get("csrf_token", ""), [0])
    except BadStamp:
        raise CmsError(_("This form was incomplete, or open for long. Nothing is lost: send it again.")) from None
    clean = clean_email(email)
    attempts.take(db.session(), mail_tallies(), at=now())
    if not request.form.get(TRAP) and may_mail(clean):
        subscribing.ask(clean, tag)


def _require_on() -> None:
    if not settings().subscriptions:
        abort(404)


def _tag(slug: str) -> Tag | None:
    """A tag that has a public page, or 404: others are nobody's business."""
    if not slug:
        return None
    family = public.family_of(db.session(), slug, now())
    if family is None:
        abort(404)
    return family.tag


def _page(tag: Tag | None, email: str, problem: CmsError | None = None) -> Response:
    page = render(
        "site/subscribe.html",
        tag=tag,
        email=email,
        problem=problem,
        faults=problem.fields if isinstance(problem, Invalid) else {},
        stamp=stamps.make_for(FORM, [0]),
        trap=TRAP,
    )
    response = make_response(page, status_of(problem) if problem is not None else 200)
    if isinstance(problem, TooOften):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _asked(heading: str, words: str, button: str) -> Response:
    return make_response(render("site/subscription.html", heading=heading, words=words, button=button))


def _told(heading: str, words: str, status: int = 200) -> Response:
    return make_response(render("site/subscription.html", heading=heading, words=words, button=""), status)
