"""What is asked of series within other questions."""

from sqlalchemy import ScalarSelect, select

from cms.series.models import Series


def id_of(slug: str) -> ScalarSelect[int]:
    """NULL, which nothing equals, where there is no such series."""
    return select(Series.id).where(Series.slug == slug).scalar_subquery()
