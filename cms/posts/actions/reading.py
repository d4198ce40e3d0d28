"""Counting readers: added up elsewhere, written here in one go, since a read never writes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.db import insert_into
from cms.posts.models import Post, PostReads, SiteReads


def add_reads(session: Session, day: date, reads: Mapping[int, int]) -> None:
    """Add to what each post, and the whole site, had on a day; a post that is gone by now counts for the site alone.

    In the order of the ids, so that two who write at once never wait for each other in a circle.
    """
    there = session.scalars(select(Post.id).where(Post.id.in_(reads)).order_by(Post.id)).all()
    rows = [{"post_id": post_id, "day": day, "reads": reads[post_id]} for post_id in there]
    if rows:
        _add(session, PostReads, rows, ["post_id", "day"])
    _add(session, SiteReads, [{"day": day, "reads": sum(reads.values())}], ["day"])


def _add(session: Session, kind: Any, rows: list[dict[str, Any]], key: list[str]) -> None:
    insert = insert_into(session, kind).values(rows)
    more = {"reads": kind.__table__.c.reads + insert.excluded.reads}
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=more))
