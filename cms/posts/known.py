"""What readers know of beside the texts: the tags, series, people and images of live ones, as WHERE clauses."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from cms.accounts.models import User
from cms.media.models import Media
from cms.posts.models import Edition, PostKind, edition_tags
from cms.posts.queries import is_live
from cms.series.models import Series
from cms.taxonomy.models import Tag


def tag_is_known(at: datetime) -> ColumnElement[bool]:
    """A tag of a live post, or one above such a tag: its name may otherwise be part of what nobody published."""
    tagging = select(edition_tags.c.tag_id).join(Edition, Edition.id == edition_tags.c.edition_id)
    has_posts = tagging.where(edition_tags.c.tag_id == Tag.id, is_live(at), Edition.kind == PostKind.POST).exists()
    leading = select(Tag.id, Tag.parent_id).where(has_posts).cte(recursive=True)
    above = select(Tag.id, Tag.parent_id).join(leading, Tag.id == leading.c.parent_id)
    return Tag.id.in_(select(leading.union(above).c.id))


def series_is_known(at: datetime) -> ColumnElement[bool]:
    """A series of which a part is live."""
    part = select(Edition.id).where(Edition.series_id == Series.id, is_live(at), Edition.kind == PostKind.POST)
    return part.correlate(Series).exists()


def person_is_known(at: datetime) -> ColumnElement[bool]:
    """Who has a page of theirs: the author of a live text whose name was not erased."""
    return User.anonymised_at.is_(None) & exists().where(Edition.author_id == User.id, is_live(at))


def image_is_known(at: datetime) -> ColumnElement[bool]:
    """The image above a live text. Those within texts are in their HTML."""
    return Media.trashed_at.is_(None) & exists().where(Edition.featured_media_id == Media.id, is_live(at))
