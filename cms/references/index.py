"""Writing the index: whoever changes what a row shows says so here, in the same transaction."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, column, delete, insert, or_, select, table
from sqlalchemy.orm import Session

from cms.references.models import MediaUse

#: Files stand above this package, so that their table is named and not imported.
_MEDIA = table("media", column("id"))


def put(session: Session, subject_type: str, subject_id: int, shown: Mapping[str, Collection[int | None]]) -> None:
    """Say what these fields of a row show now; one query where nothing changed.

    Fields that are not named stay as they are, and files that are not there are left out.
    """
    session.flush()
    about = (MediaUse.subject_type == subject_type, MediaUse.subject_id == subject_id)
    known = session.execute(select(MediaUse.field, MediaUse.media_id).where(*about, MediaUse.field.in_(shown)))
    before = {(field, media_id) for field, media_id in known}
    wanted = {(field, media_id) for field, ids in shown.items() for media_id in ids if media_id is not None}
    gone, new = before - wanted, wanted - before
    if gone:
        pairs = or_(*(and_(MediaUse.field == field, MediaUse.media_id == media_id) for field, media_id in gone))
        session.execute(delete(MediaUse).where(*about, pairs))
    if new:
        there = _those_there(session, {media_id for _field, media_id in new})
        rows = [
            {"subject_type": subject_type, "subject_id": subject_id, "field": field, "media_id": media_id}
            for field, media_id in sorted(new)
            if media_id in there
        ]
        if rows:
            session.execute(insert(MediaUse), rows)


def forget(session: Session, subject_type: str, subject_ids: Iterable[int]) -> None:
    """These rows are going, and with them what they showed."""
    ids = list(subject_ids)
    if ids:
        gone = (MediaUse.subject_type == subject_type) & MediaUse.subject_id.in_(ids)
        session.execute(delete(MediaUse).where(gone).execution_options(synchronize_session=False))


def _those_there(session: Session, media_ids: set[int]) -> set[int]:
    return set(session.scalars(select(_MEDIA.c.id).where(_MEDIA.c.id.in_(media_ids))))
