"""Series that texts say they are parts of: found by their titles, or made."""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.core.i18n import _
from cms.importers.loading.texts import shortened
from cms.importers.parsed import ItemKind, Notebook, ParsedItem
from cms.importers.report import Report
from cms.posts.actions.series import MOST_PARTS
from cms.posts.fields import MAX_PART
from cms.posts.models import Post
from cms.series.actions import bring
from cms.series.fields import MOST
from cms.series.models import Series


class Places:
    """Where posts stand in their series."""

    def __init__(self, session: Session, report: Report, *, at: datetime) -> None:
        self._session = session
        self._report = report
        self._at = at
        self._parts: Counter[int] = Counter()

    def of(self, item: ParsedItem, notebook: Notebook) -> tuple[int | None, int | None]:
        """Series and place: both or neither. Those that name no place stand in order of time."""
        title = shortened(item.series, MOST["title"])
        if not title or item.kind is not ItemKind.POST:
            return None, None
        series_id = self._named(title)
        if self._parts[series_id] >= MOST_PARTS:
            what = _("series “%(title)s”", title=title)
            notebook.problem(what, _("A series has at most %(most)s parts.", most=MOST_PARTS))
            return None, None
        self._parts[series_id] += 1
        return series_id, min(max(item.series_part, 1), MAX_PART)

    def _named(self, title: str) -> int:
        known = select(Series.id).where(Series.title == title).order_by(Series.id).limit(1)
        series_id = self._session.scalar(known)
        if series_id is None:
            self._report.came["series"] += 1
            return bring(self._session, title, at=self._at).id
        if series_id not in self._parts:
            parts = select(func.count()).select_from(Post).where(Post.series_id == series_id)
            self._parts[series_id] = self._session.scalar(parts) or 0
        return series_id
