"""Comments: a list that says of each what it is about, who wrote it, what became of their others and why it waits."""

from datetime import datetime
from typing import Any

from flask import g, url_for
from sqlalchemy import ColumnElement, CompoundSelect, or_, select, union_all
from wtforms import HiddenField

from cms.accounts.models import User
from cms.admin.base import CONVERSATION, CmsModelView
from cms.admin.bulk_action import Bulk
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter, DateFilter, TextFilter
from cms.admin.forms import RecordForm, Text
from cms.admin.listing import Preset
from cms.admin.moves import Move
from cms.comments import actions, queries
from cms.comments.fields import MAX_BODY
from cms.comments.lifecycle import APPROVED, COMMENT_LIFE, MOVE_LABELS, STATUS_LABELS, TRASHED, CommentMove
from cms.comments.models import Comment
from cms.comments.on_posts import OnPosts, on_posts
from cms.comments.policy import BanPolicy, CommentPolicy
from cms.comments.reasons import LABELS, Reason, label, sentence
from cms.core.decision import Decision, require
from cms.core.errors import Conflict
from cms.core.i18n import N_, _, listed, ngettext
from cms.core.permissions import Permission
from cms.core.text import excerpt
from cms.extensions import db
from cms.posts import showing
from cms.search import COMMENTS
from cms.web import now, signed_in
from cms.web.agents import agent_name

MODERATE = (Permission.COMMENT_MODERATE,)
EXCERPT = 220
ICONS = {
    CommentMove.APPROVE: "i-check",
    CommentMove.SPAM: "i-flag",
    CommentMove.TRASH: "i-trash",
    CommentMove.RESTORE: "i-back",
    CommentMove.HOLD: "i-clock",
}


def _on_posts(words: str) -> OnPosts:
    """Asked for once in a request, which needs it for the page, the count and the views beside it."""
    known: dict[str, OnPosts] = g.setdefault("comments_on_posts", {})
    if words not in known:
        known[words] = on_posts(db.session(), words, viewer=signed_in(), at=now())
    return known[words]


def _by_author(who: str) -> ColumnElement[bool]:
    """A guest by name or e-mail, a member by either of their names; whole, since half a name is somebody else's."""
    return or_(*_names(who))


def _ids_by_author(who: str) -> CompoundSelect[int]:
    """Each of the names has its index."""
    return union_all(*(select(Comment.id).where(name) for name in _names(who)))


def _names(who: str) -> tuple[ColumnElement[bool], ...]:
    member = select(User.id).where(or_(User.username == who, User.display_name == who))
    return Comment.guest_name == who, Comment.guest_email == who.casefold(), Comment.author_id.in_(member)


class CommentForm(RecordForm):
    """What was said, and when it was last edited, so that nobody overwrites a colleague."""

    edited_at = HiddenField()
    body = Text(
        N_("Comment"),
        description=N_("Readers see that it was edited; the record keeps what it said before."),
        render_kw={"rows": 10, "maxlength": MAX_BODY, "required": True},
    )


class CommentView(CmsModelView):
    """Comments are not made here: they are approved, held, corrected, marked as spam, trashed and restored."""

    model, area, label, icon, group = Comment, "comments", N_("Comments"), "i-chat", CONVERSATION
    key = "c"
    policy_class, see_permission = CommentPolicy, Permission.COMMENT_MODERATE
    needs = {"see": MODERATE, "edit": MODERATE, "delete": MODERATE, "act": MODERATE, "export": (Permission.EXPORT_RUN,)}
    columns = (
        Column("body", N_("Comment"), value=lambda comment: excerpt(comment.body, EXCERPT)),
        Column("author", N_("Author"), "author", value=lambda comment: comment.author_name),
        Column("held_because", N_("Why it waits")),
        Column("status", N_("Status"), "status"),
        Column("created_at", N_("Sent"), "date", sort=Comment.created_at, newest_first=True),
    )
    export_columns = (
        Column("id", N_("Id"), "number"),
        Column("post", N_("Post"), value=lambda comment: comment.post.title),
        Column("author", N_("Author"), value=lambda comment: comment.author_name),
        Column("body", N_("Comment")),
        Column("status", N_("Status"), value=lambda comment: comment.status.value),
        Column("held_because", N_("Why it waits"), value=lambda comment: listed(comment.held_because)),
        columns[-1],
    )
    filters = (
        ChoiceFilter(
            name="status",
            label=N_("Status"),
            choices=tuple((status.value, text) for status, text in STATUS_LABELS.items()),
            where=lambda status: Comment.status == status,
        ),
        TextFilter(
            name="post",
            label=N_("Post"),
            where=lambda words: _on_posts(words).condition(),
            ids=lambda words: _on_posts(words).ids(),
            ids_fit=True,
        ),
        TextFilter(
            name="author", label=N_("Author, name or e-mail"), where=_by_author, ids=_ids_by_author, ids_fit=True
        ),
        ChoiceFilter(
            name="reason",
            label=N_("Why it waits"),
            choices=tuple((reason.value, text) for reason, text in LABELS.items()),
            where=lambda reason: queries.held_because(db.session(), Reason(reason)),
        ),
        DateFilter(name="since", word="after", label=N_("Sent from"), where=lambda day: Comment.created_at >= day),
        DateFilter(name="until", word="before", label=N_("Sent before"), where=lambda day: Comment.created_at < day),
    )
    presets = (
        Preset(N_("All"), {}),
        *(Preset(text, {"status": status.value}) for status, text in STATUS_LABELS.items()),
    )
    search_index = COMMENTS
    default_sort = "-created_at"
    list_template = "admin/comments_list.html"
    details_template = "admin/comment_details.html"
    form = CommentForm
    move_names = tuple(CommentMove)
    bulk_actions = tuple(
        Bulk(move, MOVE_LABELS[move], MODERATE, icon=ICONS[move])
        for move in (CommentMove.APPROVE, CommentMove.SPAM, CommentMove.TRASH, CommentMove.RESTORE)
    )

    def options(self) -> tuple[Any, ...]:
        return queries.loaded()

    def row_link(self, record: Comment) -> str:
        return self.link("details_view", id=record.id)

    def list_context(self, records: list[Comment]) -> dict[str, Any]:
        history = queries.records(db.session(), records)
        return {"history": history, "status_labels": STATUS_LABELS, "ban_href": ban_href} | sayings()

    def details_context(self, record: Comment) -> dict[str, Any]:
        return {
            "history": queries.records(db.session(), [record]),
            "answers": queries.answers_to(db.session(), record, viewer=signed_in()),
            "status_labels": STATUS_LABELS,
            "agent_name": agent_name,
            "live": _place(record),
            "ban_href": ban_href,
        } | sayings()

    # one comment

    def may_edit(self, record: Comment) -> Decision:
        return self.policy.may(Permission.COMMENT_MODERATE, record)

    def may_delete(self, record: Comment) -> Decision:
        return self.may_edit(record)

    def form_context(self, record: Any, form: Any) -> dict[str, Any]:
        context = {
            "title": _("Comment by %(name)s", name=record.author_name),
            "cancel_href": self.link("details_view", id=record.id),
        }
        return context | ({"delete_href": None} if record.status is TRASHED else {})

    def initial(self, record: Comment) -> dict[str, Any]:
        return {"edited_at": record.edited_at.isoformat() if record.edited_at else ""}

    def save_from(self, form: CommentForm, record: Comment) -> None:
        base = _moment(form.edited_at.data) if form.edited_at.raw_data else record.edited_at
        actions.edit(db.session(), record, form.body.data or "", base=base, by=signed_in(), at=now())

    def after_save(self, record: Comment) -> str:
        return self.link("details_view", id=record.id)

    def saved_text(self, record: Comment, *, created: bool) -> str:
        return _("The comment by %(name)s was saved.", name=record.author_name)

    def remove(self, record: Comment) -> None:
        actions.move_comment(db.session(), record, CommentMove.TRASH, by=signed_in(), at=now())

    def delete_words(self, record: Comment) -> tuple[str, str]:
        return _("Move the comment by %(name)s to the trash?", name=record.author_name), _("Move to trash")

    def delete_consequences(self, record: Comment) -> list[str]:
        gone = [_("Readers no longer see it.")] if record.status is APPROVED else []
        return [f"“{excerpt(record.body, EXCERPT)}”", *gone, _("It can be restored from the trash.")]

    def deleted_text(self, label: str) -> str:
        return _("The comment was moved to the trash.")

    # moves

    def moves_for(self, record: Comment) -> list[Move]:
        return moves_of(record, self.policy)

    def run_move(self, record: Comment, move: str) -> str:
        actions.move_comment(db.session(), record, CommentMove(move), by=signed_in(), at=now())
        return said(record)

    def check_bulk(self, record: Comment, action: str, parameter: str) -> None:
        require(self.policy.may(Permission.COMMENT_MODERATE, record))
        COMMENT_LIFE.after(CommentMove(action), record.status)

    def run_bulk(self, record: Comment, action: str, parameter: str, batch_id: int | None) -> None:
        actions.move_comment(db.session(), record, CommentMove(action), by=signed_in(), at=now(), batch_id=batch_id)

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s comment", "%(shown)s comments", count, shown=shown)

    def empty_text(self) -> str:
        return _("Nobody has said anything yet.")


def _moment(text: str | None) -> datetime | None:
    """When the form saw the comment edited last; what is no time fits none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Conflict(_("Somebody else edited this comment in the meantime. Look at it again.")) from None


def moves_of(comment: Comment, policy: CommentPolicy) -> list[Move]:
    """The buttons of one comment; what its status allows, with the decision for whoever is asking."""
    decision = policy.may(Permission.COMMENT_MODERATE, comment)
    return [
        Move(
            move,
            MOVE_LABELS[move],
            decision,
            ICONS[move],
            main=move is CommentMove.APPROVE,
            danger=move in (CommentMove.SPAM, CommentMove.TRASH),
        )
        for move in COMMENT_LIFE.moves_from(comment.status)
    ]


def _place(comment: Comment) -> str | None:
    """Where readers see it, if they do."""
    seen = showing.edition_now(db.session(), comment.post_id, now()) if comment.status is APPROVED else None
    return f"{seen.path}#comment-{comment.id}" if seen else None


def ban_href(comment: Comment, back: str) -> str | None:
    """The way to ban its author, and back; None for whoever may ban nobody, for oneself, and where nobody is known."""
    person = signed_in()
    is_somebody_else = comment.author_id not in (None, person.id) or bool(comment.guest_email)
    if not is_somebody_else or not BanPolicy(person).may(Permission.COMMENT_BAN):
        return None
    return url_for("admin_bans.create_view", comment=comment.id, url=back)


def said(comment: Comment) -> str:
    """What became of it, in the words of the list."""
    status = _(STATUS_LABELS[comment.status])
    return _("The comment by %(name)s is now: %(status)s.", name=comment.author_name, status=status)


def sayings() -> dict[str, Any]:
    """How templates say a reason."""
    return {"reason_label": label, "reason_sentence": sentence}
