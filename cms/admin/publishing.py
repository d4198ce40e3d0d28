"""How the moves of a text are worded, asked about and carried out; what is planned stays so unless somebody says."""

from collections.abc import Iterable
from datetime import datetime

from flask import flash, request

from cms.admin.moves import Move
from cms.admin.post_times import TIMES, moment_in_site_zone, posted_time
from cms.core.errors import Invalid
from cms.core.i18n import N_, _, ngettext
from cms.core.markdown import MAX_CELLS
from cms.extensions import db
from cms.posts import actions
from cms.posts.actions.moving import possible_moves
from cms.posts.lifecycle import MOVE_LABELS, PUBLISHED, PostMove
from cms.posts.models import Post
from cms.posts.policy import PostPolicy
from cms.posts.rendering import article_of
from cms.posts.standing import Standing, standings
from cms.web import now, signed_in

#: Beside the moves of the lifecycle: to publish without the time that was planned.
PUBLISH_NOW = "publish_now"
MOVE_NAMES = (*PostMove, PUBLISH_NOW)
ICONS = {
    PostMove.SUBMIT: "i-send",
    PostMove.SEND_BACK: "i-back",
    PostMove.PUBLISH: "i-out",
    PostMove.UNPUBLISH: "i-x",
    PostMove.ARCHIVE: "i-box",
    PostMove.RESTORE: "i-back",
    PostMove.TRASH: "i-trash",
}
DONE = {
    PostMove.SUBMIT: N_("“%(post)s” was submitted for review."),
    PostMove.SEND_BACK: N_("“%(post)s” was sent back to its author."),
    PostMove.PUBLISH: N_("“%(post)s” was published."),
    PostMove.UNPUBLISH: N_("“%(post)s” was unpublished and is a draft again."),
    PostMove.ARCHIVE: N_("“%(post)s” was archived."),
    PostMove.RESTORE: N_("“%(post)s” was restored."),
    PostMove.TRASH: N_("“%(post)s” was moved to the trash."),
}
QUESTIONS = {
    PostMove.PUBLISH: N_("Publish it as it is now?"),
    PostMove.SEND_BACK: N_("Send it back to its author?"),
    PostMove.UNPUBLISH: N_("Take it back from readers?"),
    PostMove.ARCHIVE: N_("Archive it?"),
}


def moves_of(post: Post, policy: PostPolicy) -> list[Move]:
    """Asks the database nothing."""
    waits = post.awaits_its_time(now())
    found = [_move(post, move, policy, waits=waits) for move in possible_moves(post)]
    if waits:
        decision = policy.may_move(PostMove.PUBLISH, post)
        at_once = Move(PUBLISH_NOW, N_("Publish now…"), decision, "i-out", confirm=N_("Publish it without waiting?"))
        found.insert(1, at_once)
    return found


def run(post: Post, move: str) -> str:
    """Do it, and say what came of it."""
    waited = post.awaits_its_time(now())
    carry_out(post, move)
    return done_text(post, move, waited=waited)


def carry_out(post: Post, move: str) -> None:
    """With the times and the note that were typed."""
    at, by = now(), signed_in()
    if move == PUBLISH_NOW:
        actions.publish(db.session(), post, by=by, at=at, live_until=posted_time("live_until"), note=_note(move))
    elif move == PostMove.PUBLISH and request.form.keys() & set(TIMES):
        _publish_as_typed(post, at)
    else:
        actions.move_post(db.session(), post, PostMove(move), by=by, at=at, note=_note(move))
    _warn_of_tables(post, move)


def done_text(post: Post, move: str, *, waited: bool = False) -> str:
    wanted = PostMove.PUBLISH if move == PUBLISH_NOW else PostMove(move)
    if wanted is PostMove.PUBLISH and (coming := standings(db.session(), [post], now())[post.id].coming):
        return _("“%(post)s” is scheduled for %(time)s.", post=post, time=moment_in_site_zone(coming.live_from))
    if waited and wanted is PostMove.UNPUBLISH:
        return _("“%(post)s” is not scheduled any more. It is a draft again.", post=post)
    if wanted is PostMove.SEND_BACK and post.author_id == signed_in().id:
        return _("“%(post)s” is a draft again.", post=post)
    return _(DONE[wanted], post=post)


def saved_text(post: Post, policy: PostPolicy) -> str:
    """With what readers have of it, where that is something older, and where it lies if somebody trashed it."""
    if post.is_trashed:
        return _("Saved. It lies in the trash until somebody restores it.")
    standing = standings(db.session(), [post], now())[post.id]
    if not standing.has_changes:
        return _("Saved.")
    if not policy.may_move(PostMove.PUBLISH, post):
        return _("Saved. Readers have the older text until somebody publishes the changes.")
    if standing.coming:
        return _("Saved. What is scheduled is still the older text: press “Change the schedule” to take this one.")
    return _("Saved. Readers still see the older text: press “Publish changes” when they may see this one.")


def consequences(post: Post, move: str) -> list[str]:
    """What the page that asks first says."""
    standing = standings(db.session(), [post], now())[post.id]
    match move:
        case PostMove.PUBLISH:
            return [_when_published(standing)]
        case PostMove.ARCHIVE | PostMove.UNPUBLISH:
            return [_what_readers_lose(standing)]
        case _:
            return []


def bulk_consequences(action: str, posts: Iterable[Post]) -> list[str]:
    """The same for many at once, in numbers."""
    posts = [post for post in posts if action in possible_moves(post)]
    known = standings(db.session(), posts, now()).values()
    planned = sum(one.coming is not None for one in known)
    live = sum(one.live is not None for one in known)
    said: list[str] = []
    if action == PostMove.PUBLISH:
        at_once = len(posts) - planned
        said.append(ngettext("%(num)s goes live now.", "%(num)s go live now.", at_once))
        if planned:
            said.append(ngettext("%(num)s keeps its time.", "%(num)s keep their times.", planned))
    if action == PostMove.ARCHIVE and live:
        said.append(
            ngettext(
                "%(num)s is live: readers no longer see it.", "%(num)s are live: readers no longer see them.", live
            )
        )
    if action == PostMove.ARCHIVE and planned:
        said.append(
            ngettext("%(num)s is scheduled: that is cancelled.", "%(num)s are scheduled: that is cancelled.", planned)
        )
    return said


def _move(post: Post, move: PostMove, policy: PostPolicy, *, waits: bool) -> Move:
    decision = policy.may_move(move, post)
    forward = PostMove.PUBLISH if policy.may_move(PostMove.PUBLISH, post) else PostMove.SUBMIT
    asks = move in (PostMove.PUBLISH, PostMove.SEND_BACK) or (
        move in (PostMove.ARCHIVE, PostMove.UNPUBLISH) and post.status is PUBLISHED
    )
    return Move(
        move,
        _label(post, move, policy, waits=waits),
        decision,
        ICONS[move],
        main=move is forward,
        danger=move is PostMove.TRASH,
        confirm=_question(post, move, policy) if asks else "",
        asks_note=N_("Note to the author") if move is PostMove.SEND_BACK and not policy.owns(post) else "",
    )


def _question(post: Post, move: PostMove, policy: PostPolicy) -> str:
    own = move is PostMove.SEND_BACK and policy.owns(post)
    return N_("Make it a draft again, to go on writing?") if own else QUESTIONS[move]


def _label(post: Post, move: PostMove, policy: PostPolicy, *, waits: bool) -> str:
    if waits and move is PostMove.PUBLISH:
        return N_("Change the schedule")
    if waits and move is PostMove.UNPUBLISH:
        return N_("Cancel the schedule")
    if move is PostMove.PUBLISH and post.status is PUBLISHED:
        return N_("Publish changes")
    if move is PostMove.SEND_BACK and policy.is_taking_back(post):
        return N_("Take it back")
    return MOVE_LABELS[move]


def _publish_as_typed(post: Post, at: datetime) -> None:
    live_from, live_until = posted_time("live_from"), posted_time("live_until")
    if live_from is None and "live_from" in request.form and post.awaits_its_time(at):
        missing = _("Choose when it goes live, or press “Publish now”.")
        raise Invalid(missing, {"live_from": missing})
    if live_from is not None and post.status is PUBLISHED and live_from <= at:
        live_from = None  # the form still shows when the live text began
    by, note = signed_in(), _note(PostMove.PUBLISH)
    actions.publish(db.session(), post, by=by, at=at, live_from=live_from, live_until=live_until, note=note)


def _note(move: str) -> str:
    name = "review_note" if move == PostMove.SEND_BACK and "review_note" in request.form else "note"
    return request.form.get(name, "").strip()[:500]


def _warn_of_tables(post: Post, move: str) -> None:
    if move in (PostMove.PUBLISH, PUBLISH_NOW) and article_of(db.session(), post.body).lacks_tables:
        flash(_("Its tables have more than %(most)s cells: readers see some as plain text.", most=MAX_CELLS), "error")


def _when_published(standing: Standing) -> str:
    if standing.coming:
        return _("It keeps its time: %(time)s.", time=moment_in_site_zone(standing.coming.live_from))
    return _("Readers see the changes at once.") if standing.live else _("Readers see it at once.")


def _what_readers_lose(standing: Standing) -> str:
    if standing.live:
        return _("Readers no longer see it.")
    return _("It does not go live.") if standing.coming else _("Readers do not see it now either.")
