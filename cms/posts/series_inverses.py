"""How acts on series are taken back: not in `series`, because a deleted one returns to what was a part of it."""

from sqlalchemy import bindparam, select, update

from cms import search
from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.audit.undo import undo_parts
from cms.core.db import Base, free_id
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.posts.actions.series import PLACED, drop_series, forget_loaded_series
from cms.posts.models import Edition, Post
from cms.posts.slugs import path_of_series
from cms.redirects.ends import look_again
from cms.series import actions
from cms.series.fields import EDITABLE
from cms.series.models import Series
from cms.series.policy import SeriesPolicy

load = loading(Series)


def may_manage(by: User, _series: Series | None, _event: Event) -> Decision:
    return SeriesPolicy(by).may_manage()


def _unmake(doing: Undoing) -> None:
    """Only while nothing has joined it that was no part of it when it was made."""
    _refuse_moved(doing)
    for name, model in PLACED.items():
        has = set(doing.session.scalars(select(model.id).where(model.series_id == doing.subject.id)))
        if has - set(doing.after.get(name, [])):
            raise Conflict(_("Posts have joined “%(series)s” since. Delete it instead.", series=doing.subject))
    drop_series(doing.session, doing.subject, by=doing.by, at=doing.at)


def _change_back(doing: Undoing) -> None:
    """What was left at the old address goes with the new one."""
    _refuse_moved(doing)
    values = {field: value for field, value in doing.before.items() if field in EDITABLE}

    def moved(_new_slug: str) -> None:
        undo_parts(doing, leave=True)

    series = doing.subject
    actions.update(doing.session, series, values, base_version=series.version, by=doing.by, at=doing.at, moved=moved)


def _bring_back(doing: Undoing) -> None:
    """To the posts that were its parts, as far as they are there and in no other series by now."""
    places = [f"{name}_places" for name in PLACED]
    doing.need(*EDITABLE, "created_at", *PLACED, *places)
    series = _made_again(doing)
    returned: Changes = {}
    for name, model in PLACED.items():
        ids, its_places = _place(doing, series, model, doing.before[name], doing.before[f"{name}_places"])
        returned |= {name: ([], ids), f"{name}_places": ([], its_places)}
    made: Changes = {field: (None, doing.before[field]) for field in EDITABLE}
    record(doing.session, "series.create", series, by=doing.by, at=doing.at, changes=made | returned)
    forget_loaded_series(doing.session)
    look_again(doing.session, at=doing.at, paths=[path_of_series(series.slug)])


def _made_again(doing: Undoing) -> Series:
    """The series as it was; Conflict where its address is taken."""
    before = doing.before
    if doing.session.scalar(select(Series.id).where(Series.slug == before["slug"])) is not None:
        raise Conflict(_("This address is taken by another series."))
    series = Series(
        id=free_id(doing.session, Series, doing.event.subject_id),
        **{field: before[field] for field in EDITABLE},
        version=1,
        created_at=doing.moment_before("created_at"),
        updated_at=doing.at,
    )
    doing.session.add(series)
    doing.session.flush()
    return series


def _place(
    doing: Undoing, series: Series, model: type[Post] | type[Edition], ids: list[int], places: list[int]
) -> tuple[list[int], list[int]]:
    """Put these back where they stood; returns which were put, and where."""
    table = Base.metadata.tables[model.__tablename__]
    there = search.among(doing.session, model.id, ids)
    free = set(doing.session.scalars(select(model.id).where(there, model.series_id.is_(None))))
    rows = [{"row": id, "place": place} for id, place in zip(ids, places, strict=True) if id in free]
    if rows:
        back = update(table).where(table.c.id == bindparam("row"))
        values = {"series_id": series.id, "series_position": bindparam("place")}
        doing.session.connection().execute(back.values(**values), rows)
    return [row["row"] for row in rows], [row["place"] for row in rows]


def _refuse_moved(doing: Undoing) -> None:
    doing.refuse_moved({field: getattr(doing.subject, field) for field in EDITABLE})


INVERSES = {
    "series.create": Inverse(load, may_manage, _unmake),
    "series.update": Inverse(load, may_manage, _change_back),
    "series.delete": Inverse(load, may_manage, _bring_back, brings_back=True),
}
