"""The order in which a site is written, all of it as it was at one moment."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.comments.lifecycle import TRASHED
from cms.comments.models import Comment
from cms.exporters.files import Files
from cms.exporters.folder import new_folder
from cms.exporters.lists import Lists
from cms.exporters.moment import snapshot
from cms.exporters.progress import Progress, Tally
from cms.exporters.readme import README, readme
from cms.exporters.report import Report
from cms.exporters.tags import TagTree
from cms.exporters.texts import TAKEN_BACK, Texts
from cms.media.models import Media
from cms.media.storage import Storage
from cms.posts.models import Post
from cms.redirects.models import Redirect
from cms.settings.queries import load


@dataclass(frozen=True, slots=True)
class Source:
    """`base_url` is what texts may call this site."""

    storage: Storage
    base_url: str
    progress: Progress | None = None


def export(session: Session, target: Path, source: Source, *, at: datetime) -> Report:
    """Write everything into a new folder; others go on working, and nothing of what they change meanwhile is in it."""
    with new_folder(target) as folder, snapshot(session):
        settings = load(session)
        zone = ZoneInfo(settings.timezone)
        tally = Tally(_total(session), source.progress)
        files = Files(session, source.storage, base_url=source.base_url)
        files.write(folder, tally, zone)
        tags = TagTree(session)
        tags.write(folder, tally)
        Texts(session, files, tags, zone=zone, at=at).write(folder, tally)
        lists = Lists(session, folder, files, tally, zone=zone, at=at)
        lists.people()
        lists.comments()
        lists.redirects()
        lists.series()
        lists.settings(settings)
        report = Report(tally, in_trash=_in_trash(session))
        there = [kind for kind in TAKEN_BACK if tally.counts[kind]]
        folder.write((README,), readme(settings.title, at.astimezone(zone), there))
        tally.finish()
    return report


def _total(session: Session) -> int:
    """Of what takes its time."""
    whole = (Media, Post, User, Comment, Redirect)
    return sum(session.scalar(select(func.count()).select_from(model)) or 0 for model in whole) or 1


def _in_trash(session: Session) -> dict[str, int]:
    counted: dict[str, Select[int]] = {
        "posts": select(func.count()).select_from(Post).where(Post.trashed_at.is_not(None)),
        "comments": select(func.count()).select_from(Comment).where(Comment.status == TRASHED),
        "files": select(func.count()).select_from(Media).where(Media.trashed_at.is_not(None)),
    }
    return {kind: session.scalar(query) or 0 for kind, query in counted.items()}
