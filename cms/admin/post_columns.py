"""The columns of files with posts and pages: what goes out with a list, and what else may come in."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import or_, select

from cms.accounts.models import User
from cms.admin.columns import Column
from cms.admin.import_columns import as_flag
from cms.core.errors import Invalid
from cms.core.i18n import N_, _
from cms.extensions import db
from cms.posts.models import Post
from cms.series.models import Series


def _author(text: str) -> str:
    """The id of whoever has this username, or this name where nobody else has."""
    query = select(User.id, User.username).where(or_(User.username == text.casefold(), User.name == text))
    found = db.session.execute(query.where(User.active).limit(2)).all()
    by_username = [row.id for row in found if row.username == text.casefold()]
    if not found:
        raise Invalid(_("There is no such author."))
    if len(found) > 1 and not by_username:
        raise Invalid(_("Several people have this name. Give the username of one."))
    return str((by_username or [found[0].id])[0])


def series_called(text: str) -> str:
    """The id of the series with this address, or this title where no other has it."""
    query = select(Series.id, Series.slug).where(or_(Series.slug == text, Series.title == text)).order_by(Series.id)
    found = db.session.execute(query.limit(3)).all()
    by_slug = [row.id for row in found if row.slug == text]
    if not found:
        raise Invalid(_("There is no such series."))
    if len(found) > 1 and not by_slug:
        raise Invalid(_("Several series have this title. Give the address of one."))
    return str((by_slug or [found[0].id])[0])


FILE_COLUMNS = (
    Column("id", N_("Id"), "number"),
    Column("title", N_("Title"), "title", fills="title"),
    Column("slug", N_("Address"), fills="slug", finds=lambda text: Post.slug == text),
    Column("status", N_("Status"), value=lambda post: post.status.value),
    Column("author", N_("Author"), value=lambda post: post.author.name, fills="author_id", read=_author),
)
#: Fields that lists leave out of their files: a text may be as long as a book.
FILE_ALSO = (
    Column("body", N_("Text"), fills="body", clears=True),
    Column("language", N_("Language"), fills="language", clears=True),
    Column("featured_media_id", N_("Image"), fills="featured_media_id", clears=True),
    Column("featured_alt", N_("Description of the image"), fills="featured_alt", clears=True),
    Column("show_contents", N_("Show a table of contents"), fills="show_contents", read=as_flag),
    Column("seo_title", N_("Title for search engines"), fills="seo_title", clears=True),
    Column("seo_description", N_("Description for search engines"), fills="seo_description", clears=True),
    Column("canonical_url", N_("Canonical address"), fills="canonical_url", clears=True),
    Column("noindex", N_("Ask search engines to leave this out"), fills="noindex", read=as_flag),
)


def without_finding(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Of pages there may be several with one last part of their address."""
    return tuple(replace(column, finds=None) for column in columns)
