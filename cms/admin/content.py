"""What posts and pages share in the back office: rows, form, saving, moves."""

from typing import Any, ClassVar

from flask import request
from sqlalchemy import ColumnElement, select
from werkzeug.wrappers import Response

from cms import search
from cms.accounts.models import User
from cms.admin import content_bulk, publishing
from cms.admin.ahead import RendersAhead
from cms.admin.asked import Asked
from cms.admin.base import CmsModelView
from cms.admin.bulk_action import Bulk
from cms.admin.conflicts import base_version, conflict_page, taken_changes
from cms.admin.forms import MOST_CHOICES
from cms.admin.history import Histories
from cms.admin.moves import Move
from cms.admin.post_form import BESIDE, ContentForm
from cms.admin.post_times import require_times_kept
from cms.admin.previews import Previews
from cms.admin.quick import QuickEdits
from cms.admin.records import guarded
from cms.admin.unsaved import KeepsUnsaved
from cms.core.decision import Decision
from cms.core.errors import CmsError
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.core.text import count_words
from cms.extensions import db
from cms.media.models import Media
from cms.media.queries import images
from cms.media.renditions import thumb_of
from cms.posts import actions
from cms.posts.fields import SEO
from cms.posts.lifecycle import DRAFT, PUBLISHED, PostMove
from cms.posts.models import Post, PostKind
from cms.posts.policy import PostPolicy
from cms.posts.queries import listed, loaded
from cms.posts.rendering import article_of
from cms.posts.reviews import sent_back
from cms.posts.slugs import path_of, working_paths
from cms.posts.standing import Standing, standings
from cms.taxonomy.models import Tag
from cms.web import now, signed_in


class ContentView(RendersAhead, Histories, Previews, KeepsUnsaved, CmsModelView, QuickEdits):
    """The base of the two areas; each says which kind it shows and what its form has."""

    model = Post
    policy_class = PostPolicy
    kind: ClassVar[PostKind]
    form: ClassVar[type[ContentForm]]
    search_index = search.POSTS
    move_names = publishing.MOVE_NAMES
    create_template = edit_template = "admin/post_editor.html"
    details_template = "admin/post_details.html"
    list_template = "admin/posts_list.html"

    # rows

    def visible(self) -> ColumnElement[bool]:
        clause: ColumnElement[bool] = self.policy.viewable(self.kind)
        return clause

    def list_scope(self, asked: Asked) -> ColumnElement[bool]:
        return Post.trashed_at.is_(None)

    def options(self) -> tuple[Any, ...]:
        return loaded()

    def list_options(self) -> tuple[Any, ...]:
        return listed()

    def list_context(self, records: list[Post]) -> dict[str, Any]:
        known = standings(db.session(), records, now())
        return {"standings": known, "addresses": self._addresses(records, known)}

    def details_context(self, record: Post) -> dict[str, Any]:
        return self.list_context([record]) | {"article": article_of(db.session(), record.body)}

    # rights

    def may_create(self) -> Decision:
        return self.policy.may_create(self.kind)

    def may_edit(self, record: Post) -> Decision:
        return self.policy.may(Permission.POST_EDIT, record)

    def may_delete(self, record: Post) -> Decision:
        return self.policy.may_move(PostMove.TRASH, record)

    def may_fill(self, name: str, record: Post | None) -> Decision:
        if name in SEO:
            return self.policy.may(Permission.POST_SEO, record)
        if name == "author_id" and record is not None:
            return self.policy.may_set_author(record)
        return Decision.no(_("What is new is yours; it can be given to somebody else afterwards."))

    def given(self, name: str) -> str:
        return str(signed_in().id) if name == "author_id" else ""

    # the form

    def prepare_form(self, form: ContentForm, record: Post | None) -> None:
        """A field that this person may not change is not on the form, so that it cannot be sent either."""
        if record is None or not self.policy.may_set_author(record):
            del form.author_id
        else:
            people = select(User.id, User.name).where(User.active).order_by(User.name, User.id)
            form.author_id.offer(people)
        if not (self.policy.may(Permission.POST_SEO, record) if record else self.policy.may(Permission.POST_SEO)):
            for name in SEO:
                delattr(form, name)
        if record is not None and record.awaits_its_time(now()):
            form.live_from.description = N_("Taken over by “Change the schedule”.")
        form.featured_media_id.offer(images(), nothing=_("No image"))

    def initial(self, record: Post) -> dict[str, Any]:
        standing = standings(db.session(), [record], now())[record.id]
        newest = standing.coming or standing.live
        return {
            "tags": [tag.name for tag in record.tags],
            "live_from": standing.coming.live_from if standing.coming else None,
            "live_until": newest.live_until if newest else None,
            "note": "",
        }

    def form_context(self, record: Post | None, form: ContentForm) -> dict[str, Any]:
        context: dict[str, Any] = {
            "tag_names": db.session.scalars(select(Tag.name).order_by(Tag.name).limit(MOST_CHOICES)).all(),
            "kind": self.kind,
            "words": count_words(form.body.data or ""),
            "featured": self._featured(form),
            "thumb_of": thumb_of,
        }
        context |= self.unsaved_context(record)
        if record is None:
            return context | {"moves": self._first_moves(), "address": path_of(self.kind, "")}
        known = standings(db.session(), [record], now())
        return context | {
            "standing": known[record.id],
            "address": self._addresses([record], known)[record.id],
            "sent_back": sent_back(db.session(), [record]).get(record.id),
        }

    def _featured(self, form: ContentForm) -> Media | None:
        """What the form shows as chosen, saved or not."""
        chosen = form.featured_media_id.data
        return db.session.get(Media, chosen) if chosen and not form.featured_media_id.errors else None

    def create_from(self, form: ContentForm) -> Post:
        post = self.create_row(form)
        self._and_move(post)
        self.let_go_unsaved(None)
        return post

    def create_row(self, form: ContentForm) -> Post:
        require_times_kept(form)
        return actions.create(db.session(), self.kind, form.changes(but=BESIDE), by=signed_in(), at=now())

    def save_from(self, form: ContentForm, record: Post) -> None:
        """Save, and move where the button that was pressed says so: both or neither."""
        self.save_row(form, record)
        self._and_move(record)
        self.let_go_unsaved(record)

    def save_row(self, form: ContentForm, record: Post) -> None:
        require_times_kept(form, waits=record.awaits_its_time(now()))
        changes, base, note = taken_changes(form), base_version(form), form.note.data or ""
        actions.save(db.session(), record, changes, base_version=base, by=signed_in(), at=now(), note=note)

    def show_refusal(self, refusal: CmsError, form: ContentForm, record: Post | None) -> Response:
        if not isinstance(refusal, actions.SaveConflict) or record is None:
            return super().show_refusal(refusal, form, record)
        return conflict_page(self, refusal, form, record.id)

    def show_form(self, form: ContentForm, record: Post | None) -> str:
        return self.quick_again(form, record) or super().show_form(form, record)

    def after_save(self, record: Post) -> str:
        return self.link("edit_view", id=record.id) if self.may_edit(record) else self.link()

    def saved_text(self, record: Post, *, created: bool) -> str:
        move = request.form.get("move", "")
        return (
            publishing.done_text(record, move)
            if move in self.move_names
            else publishing.saved_text(record, self.policy)
        )

    # moves

    def moves_for(self, record: Post) -> list[Move]:
        return publishing.moves_of(record, self.policy)

    def run_move(self, record: Post, move: str) -> str:
        return publishing.run(record, move)

    def move_consequences(self, record: Post, move: str) -> list[str]:
        return publishing.consequences(record, move)

    def bulk_consequences(self, bulk: Bulk, records: list[Post]) -> list[str]:
        return publishing.bulk_consequences(bulk.name, records)

    def after_move(self, record: Post, move: str) -> str:
        return self.link() if move == PostMove.TRASH else self.after_save(record)

    def remove(self, record: Post) -> None:
        actions.move_post(db.session(), record, PostMove.TRASH, by=signed_in(), at=now())

    def delete_words(self, record: Post) -> tuple[str, str]:
        return _("Move “%(what)s” to the trash?", what=record), _("Move to trash")

    def delete_consequences(self, record: Post) -> list[str]:
        gone = [_("Readers no longer see it.")] if record.status is PUBLISHED else []
        return [*gone, _("It can be restored from the trash.")]

    def deleted_text(self, label: str) -> str:
        return _(publishing.DONE[PostMove.TRASH], post=label)

    def check_bulk(self, record: Post, action: str, parameter: str) -> None:
        content_bulk.check(self.policy, record, action, parameter)

    def refuse_parameter(self, bulk: Bulk, parameter: str) -> None:
        content_bulk.refuse_parameter(bulk, parameter)

    def may_bulk(self, bulk: Bulk) -> Decision:
        """Who there is to choose from is told to whoever may choose."""
        decision = super().may_bulk(bulk)
        return content_bulk.may_give(self.policy, self.kind) if decision and bulk is content_bulk.GIVE else decision

    def choices(self, bulk: Bulk, records: list[Post]) -> list[tuple[str, str]]:
        return content_bulk.choices(bulk)

    def run_bulk(self, record: Post, action: str, parameter: str, batch_id: int | None) -> None:
        by, at = signed_in(), now()
        match action:
            case "add_tag":
                actions.add_tag(db.session(), record, parameter, by=by, at=at, batch_id=batch_id)
            case "remove_tag":
                actions.remove_tag(db.session(), record, parameter, by=by, at=at, batch_id=batch_id)
            case move if move in tuple(PostMove):
                actions.move_post(db.session(), record, PostMove(move), by=by, at=at, batch_id=batch_id)
            case _:
                content_bulk.run(record, action, parameter, batch_id)

    def suggestions(self, bulk: Bulk) -> list[str]:
        return list(db.session.scalars(select(Tag.name).order_by(Tag.name).limit(MOST_CHOICES)))

    def _addresses(self, records: list[Post], known: dict[int, Standing]) -> dict[int, str]:
        """Where readers find them or will, else where they would."""
        shown = {post_id: standing.shown.path for post_id, standing in known.items() if standing.shown}
        return shown | working_paths(db.session(), [one for one in records if one.id not in shown], now())

    def _and_move(self, record: Post) -> None:
        move = request.form.get("move", "")
        if move in self.move_names:
            guarded(lambda: publishing.carry_out(record, move))

    def _first_moves(self) -> list[Move]:
        """How a new text may go on at once; what is refused is explained beside the saved draft."""
        draft = Post(kind=self.kind, status=DRAFT, author_id=signed_in().id, tags=[])
        allowed = [move for move in self.moves_for(draft) if move.decision]
        return [move for move in allowed if move.name in (PostMove.SUBMIT, PostMove.PUBLISH)]
