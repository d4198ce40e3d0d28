"""How posts and pages look: what readers see of one, what is worked on, and what can be changed."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from cms.api.shapes import (
    ChooseView,
    ImageShape,
    Paging,
    PersonShape,
    TagName,
    id_field,
    moment,
    told,
    url_field,
    words,
)
from cms.core.db import MAX_ID
from cms.posts.actions.moving import possible_moves
from cms.posts.fields import MAX_PART
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Edition, Post, PostKind
from cms.posts.policy import PostPolicy
from cms.posts.standing import Standing

#: Not in lists unless they are named.
LONG = ("body", "body_html")


@dataclass(frozen=True)
class Place:
    """The series that a post is a part of, and the number that its place has there."""

    id: int
    slug: str
    title: str
    position: int | None


class PlaceShape(Schema):
    id = fields.Integer()
    slug = fields.String()
    title = fields.String()
    position = fields.Integer(**told("As it was given: parts are counted without gaps only for readers."))


class PlaceField(fields.Nested):
    """Of an edition or of a working text."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Place | None:
        text: Post | Edition = obj.post if isinstance(obj, Worked) else obj
        series = text.series
        return None if series is None else Place(series.id, series.slug, series.title, text.series_position)


class TextShape(Schema):
    """A post or a page. Which fields there are depends on the `view`; only those of one view are answered."""

    id = fields.Integer(attribute="post_id")
    kind = fields.Enum(PostKind, by_value=True)
    url = url_field(lambda edition: edition.path, "Where readers find it.")
    slug = fields.String()
    title = fields.String()
    summary = fields.String()
    excerpt = fields.String(**told("The summary, else the beginning of the text."))
    body_html = fields.String(**told("Sanitised HTML."))
    author = fields.Nested(PersonShape)
    tags = fields.List(fields.Nested(TagName))
    series = PlaceField(PlaceShape, allow_none=True)
    image = fields.Nested(ImageShape, attribute="shown_media", allow_none=True)
    image_alt = fields.String(attribute="featured_alt")
    language = fields.String(allow_none=True)
    comments_open = fields.Boolean()
    word_count = fields.Integer()
    published_at = fields.DateTime()
    updated_at = fields.DateTime()


class ShowingShape(Schema):
    """What readers see, or will see."""

    url = url_field(lambda showing: showing.path)
    live_from = fields.DateTime()
    live_until = fields.DateTime(allow_none=True)
    version = fields.Integer()


@dataclass(frozen=True)
class Worked:
    """A working text, where it stands with readers, and what whoever asks may do with it."""

    post: Post
    standing: Standing
    policy: PostPolicy

    @property
    def moves(self) -> list[str]:
        return [move.value for move in possible_moves(self.post) if self.policy.may_move(move, self.post)]


class DeskText(Schema):
    """What is worked on: as the back office shows it."""

    id = fields.Integer(attribute="post.id")
    kind = fields.Enum(PostKind, by_value=True, attribute="post.kind")
    status = fields.Enum(PostStatus, by_value=True, attribute="post.status")
    slug = fields.String(attribute="post.slug")
    title = fields.String(attribute="post.title")
    summary = fields.String(attribute="post.summary")
    body = fields.String(attribute="post.body", **told("Markdown."))
    author = fields.Nested(PersonShape, attribute="post.author")
    tags = fields.List(fields.Nested(TagName), attribute="post.tags")
    series = PlaceField(PlaceShape, allow_none=True)
    parent_id = fields.Integer(attribute="post.parent_id", allow_none=True)
    position = fields.Integer(attribute="post.position")
    featured_media_id = fields.Integer(attribute="post.featured_media_id", allow_none=True)
    featured_alt = fields.String(attribute="post.featured_alt")
    language = fields.String(attribute="post.language", allow_none=True)
    seo_title = fields.String(attribute="post.seo_title")
    seo_description = fields.String(attribute="post.seo_description")
    canonical_url = fields.String(attribute="post.canonical_url")
    noindex = fields.Boolean(attribute="post.noindex")
    show_contents = fields.Boolean(attribute="post.show_contents")
    comments_open = fields.Boolean(attribute="post.comments_open")
    version = fields.Integer(attribute="post.version")
    word_count = fields.Integer(attribute="post.word_count")
    created_at = fields.DateTime(attribute="post.created_at")
    updated_at = fields.DateTime(attribute="post.updated_at")
    published_at = fields.DateTime(attribute="post.published_at", allow_none=True)
    trashed_at = fields.DateTime(attribute="post.trashed_at", allow_none=True)
    live = fields.Nested(ShowingShape, attribute="standing.live", allow_none=True, **told("What readers see now."))
    coming = fields.Nested(ShowingShape, attribute="standing.coming", allow_none=True, **told("What is scheduled."))
    moves = fields.List(fields.String(), **told("What may be done next: POST …/moves/<move>."))


class TextsQuery(ChooseView, Paging):
    """Filters of lists of texts."""

    author = words(**told("A username."))
    tag = words(**told("The slug of a tag; publicly also of one above."))
    series = words(**told("The slug of a series."))
    status = fields.Enum(PostStatus, by_value=True, **told("Of the desk."))
    trashed = fields.Boolean(load_default=False, **told("Of the desk: what is in the trash, and nothing else."))
    since = moment(**told("Publicly: published from then on. On the desk: changed from then on."))
    until = moment(**told("Before then."))


class TextChanges(Schema):
    """What can be changed of a text; what is left out stays."""

    title = fields.String()
    slug = fields.String(**told("Made from the title where it is empty."))
    summary = fields.String()
    body = fields.String(**told("Markdown."))
    tags = fields.List(fields.String(), **told("By name; those that are new are made."))
    author_id = id_field()
    featured_media_id = id_field(allow_none=True)
    featured_alt = fields.String()
    language = fields.String(allow_none=True)
    seo_title = fields.String()
    seo_description = fields.String()
    canonical_url = fields.String()
    noindex = fields.Boolean()
    show_contents = fields.Boolean()
    comments_open = fields.Boolean()


class PostChanges(TextChanges):
    """Posts may be parts of a series."""

    series_id = id_field(allow_none=True)
    series_position = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, MAX_PART),
        **told("The place in the series; the last part where it is null or was never given."),
    )


class PageChanges(TextChanges):
    """Pages lie below one another as well."""

    parent_id = id_field(allow_none=True)
    position = fields.Integer(strict=True, validate=validate.Range(-MAX_ID, MAX_ID))


class MoveBody(Schema):
    """Beside a move. Times are of publishing alone; without any, what was planned stays."""

    note = fields.String(
        load_default="", validate=validate.Length(0, 500), **told("For the record, or for the author.")
    )
    live_from = moment(**told("When it goes live; now where it is left out."))
    live_until = moment(allow_none=True, **told("When it ends."))
