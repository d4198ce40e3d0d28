"""The order in which an import is written; the edge commits, or rolls back to have only looked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from cms.core.db import end_read
from cms.importers.library import Library
from cms.importers.loading.addresses import Addresses
from cms.importers.loading.comments import Comments
from cms.importers.loading.files import Files, Shelf
from cms.importers.loading.people import People
from cms.importers.loading.posts import Posts
from cms.importers.loading.tags import Tags
from cms.importers.parsed import ParsedSite
from cms.importers.report import Report

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """Where files come from and go to, and who hears how far it is."""

    shelf: Shelf = field(default_factory=Shelf)
    progress: Progress | None = None


def load(session: Session, site: ParsedSite, *, at: datetime, options: Options | None = None) -> Report:
    """Write everything that is not here yet; nothing is committed, and what was pending in the session is lost."""
    options = options or Options()
    report = Report()
    report.note_all(site.notes)
    files = Files(session, report, options.shelf, at=at)
    files.prepare(site)
    end_read(session)  # reading images took its time: whatever was looked up is looked up again
    people = People(session, report, at=at)
    people.load(site)
    tags = Tags(session, report, at=at)
    tags.load(site)
    files.load(site)
    posts = Posts(session, report, people, tags, files, at=at)
    posts.place(site)
    addresses = _addresses(site, posts, files)
    comments = Comments(session, report, people, at=at)
    for number, item in enumerate(site.items, 1):
        posts.write(site, item, addresses)
        comments.write(site, item, posts.placed[item.source_id].post_id)
        if options.progress is not None:
            options.progress(number, len(site.items))
    return report


def _addresses(site: ParsedSite, posts: Posts, files: Files) -> Addresses:
    library = Library(site.attachments)

    def file_at(url: str) -> str | None:
        attachment = library.at(url)
        return files.address(attachment.source_id) if attachment is not None else None

    addresses = Addresses(site.base_url, file_at)
    for item in site.items:
        addresses.add(item.source_id, item.old_paths, posts.placed[item.source_id].path)
    return addresses
