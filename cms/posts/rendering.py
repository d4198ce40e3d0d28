"""A text as readers see it. Rendering takes longer than others should wait for a lock, so that it can be done ahead."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from cms.core.db import end_read
from cms.core.markdown import Article, render_article
from cms.media.queries import ImageSizes, image_sizes

_AHEAD = "texts rendered ahead"


def render_ahead(session: Session, bodies: Iterable[str]) -> None:
    """Render what is about to be shown while nothing is locked; pending changes of the session are lost."""
    sizes = {body: image_sizes(session, body) for body in bodies}
    end_read(session)
    session.info[_AHEAD] = {body: (known, render_article(body, image_size=known)) for body, known in sizes.items()}


def article_of(session: Session, body: str) -> Article:
    """The one that was rendered ahead, where it is of this text and these pictures; else rendered now."""
    sizes = image_sizes(session, body)
    ahead: dict[str, tuple[ImageSizes, Article]] = session.info.get(_AHEAD, {})
    known, article = ahead.get(body, (None, None))
    return article if article is not None and known == sizes else render_article(body, image_size=sizes)
