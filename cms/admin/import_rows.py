"""One row of a file, done as the form of the area would do it: found, compared, filled in, judged and saved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from cms.admin.columns import Column
from cms.admin.exporting import cell_text
from cms.admin.forms import RecordForm
from cms.admin.import_columns import ID
from cms.admin.records import Records
from cms.audit.models import Foreseen
from cms.core.decision import Decision, require
from cms.core.errors import CmsError, Conflict, Faults, Invalid
from cms.core.i18n import _
from cms.extensions import db

#: Characters of a value that a preview shows, and how many of them before the first that differs.
SHOWN, BEFORE = 300, 60


@dataclass(frozen=True)
class Taken:
    """What a row did: `changes` are what a file would say before and after, by column."""

    foreseen: Foreseen
    record: Any
    changes: dict[str, list[str]]


class ImportsRows(Records):
    """The mix-in of model views that takes rows of files; an area answers the hooks of the first block."""

    model: ClassVar[Any]
    columns: ClassVar[tuple[Column, ...]]
    export_columns: ClassVar[tuple[Column, ...]]
    #: Columns that a file may have and an export has not.
    import_also: ClassVar[tuple[Column, ...]] = ()
    #: The form that a row fills in, where it is another than people do.
    import_form: ClassVar[type[RecordForm] | None] = None

    # what an area may answer

    def may_bring_in(self) -> Decision:
        """Whether a row may make something new."""
        return self.may_create()

    def may_fill(self, name: str, record: Any | None) -> Decision:
        """Why a field is not on the form of this record, or of a new one."""
        return Decision.no(_("This cannot be changed here."))

    def given(self, name: str) -> str:
        """What a new record has in a field that its form does not ask for: a cell may say just that."""
        return ""

    def create_row(self, form: Any) -> Any:
        """As the form does it, without what its buttons do beside that."""
        return self.create_from(form)

    def save_row(self, form: Any, record: Any) -> None:
        self.save_from(form, record)

    # one row

    def get_query(self) -> Any:
        raise NotImplementedError

    def get_one(self, id: Any, *, for_update: bool = False) -> Any:
        raise NotImplementedError

    def options(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def file_columns(self) -> tuple[Column, ...]:
        """All that a file can have."""
        return (*(self.export_columns or self.columns), *self.import_also)

    def take_row(self, cells: Mapping[str, str], *, seen: tuple[int | None, str] | None = None) -> Taken:
        """Do what a row says; whatever it raises is why it was not done. `seen` is what was found before, if it was."""
        record = self.find_row(cells, for_update=seen is not None)
        if seen is not None and seen != (record and record.id, stamp_of(record)):
            raise Conflict(_("It was changed since you looked at this. Look at it again, in another import."))
        require(self.may_edit(record) if record is not None else self.may_bring_in())
        told = [column for column in self.file_columns() if _tells(column)]
        before = {column.name: _shown(column, record) for column in told}
        wanted = [
            column
            for column in told
            if column.fills
            and column.name in cells
            and _differs(column, cells[column.name], before[column.name], record)
        ]
        if record is not None and not wanted:
            return Taken(Foreseen.SAME, record, {})
        done = self._do({column: cells[column.name] for column in wanted}, record)
        after = self._as_it_is_now(done)
        changes = {column.name: [before[column.name], _shown(column, after)] for column in told}
        changes = {name: _around(*pair) for name, pair in changes.items() if pair[0] != pair[1]}
        foreseen = Foreseen.NEW if record is None else Foreseen.CHANGE if changes else Foreseen.SAME
        return Taken(foreseen, after, changes)

    def find_row(self, cells: Mapping[str, str], *, for_update: bool = False) -> Any | None:
        """What a row is about: by its id, else by the first column that means something; None for something new."""
        if wanted := cells.get(ID, "").strip():
            return self.get_one(wanted, for_update=for_update)
        for column in self.file_columns():
            if column.finds is not None and (text := cells.get(column.name, "").strip()):
                return self._found(column, text, for_update=for_update)
        return None

    def _found(self, column: Column, text: str, *, for_update: bool) -> Any | None:
        finds: Any = column.finds
        query = self.get_query().where(finds(text)).options(*self.options()).limit(2)
        if for_update:
            query = query.with_for_update(of=self.model, key_share=True).execution_options(populate_existing=True)
        found = db.session.scalars(query).all()
        if len(found) > 1:
            raise Conflict(_("Several entries fit this row. Give it the id of one."))
        return found[0] if found else None

    def _do(self, wanted: dict[Column, str], record: Any | None) -> Any:
        form, faults = self._filled(wanted, record)
        if faults:
            self._add_faults_of_saving(form, record, faults)
            self._refuse(form, faults)
        with self._faults_of(form):
            done = self.create_row(form) if record is None else record
            if record is not None:
                self.save_row(form, record)
            db.session.flush()
        return done

    def _filled(self, wanted: dict[Column, str], record: Any | None) -> tuple[Any, Faults]:
        sent: MultiDict[str, str] = MultiDict()
        faults = Faults()
        for column, text in wanted.items():
            with faults.of(column.fills):
                value = _value(column, text.strip(), text)
                sent.setlist(column.fills, value if isinstance(value, list) else [value])
        if (version := getattr(record, "version", None)) is not None:
            sent["version"] = str(version)
        form = self.filled_form(record, sent, self.import_form)
        for column in wanted:
            if column.fills not in form and not (record is None and sent.get(column.fills) == self.given(column.fills)):
                faults[column.fills] = self.may_fill(column.fills, record).reason
        if not form.validate():
            for field in form:
                if field.errors:
                    faults[field.name] = " ".join(map(str, field.errors))
        return form, faults

    def _add_faults_of_saving(self, form: Any, record: Any | None, faults: Faults) -> None:
        """What else would be refused, so that everything about a row is said at once."""
        attempt = db.session.begin_nested()
        try:
            self.create_row(form) if record is None else self.save_row(form, record)
        except Invalid as refusal:
            faults |= {name: fault for name, fault in refusal.fields.items() if name not in faults}
        except (CmsError, IntegrityError, StaleDataError, ValueError, TypeError):
            pass  # what is known already is reason enough, and a field that cannot be read is no value to save
        finally:
            attempt.rollback()

    @contextmanager
    def _faults_of(self, form: Any) -> Iterator[None]:
        try:
            yield
        except Invalid as refusal:
            if not refusal.fields:
                raise
            self._refuse(form, refusal.fields)

    def _refuse(self, form: Any, faults: Mapping[str, str]) -> NoReturn:
        labels = {column.fills: _(column.label) for column in self.file_columns() if column.fills}
        told = [_("%(what)s: %(why)s", what=labels.get(name, name), why=why) for name, why in faults.items()]
        raise Invalid("\n".join(told))

    def _as_it_is_now(self, record: Any) -> Any:
        query = select(self.model).where(self.model.id == record.id).options(*self.options())
        return db.session.scalars(query.execution_options(populate_existing=True)).one()


def stamp_of(record: Any | None) -> str:
    """Another one after every change."""
    if record is None:
        return ""
    return f"{getattr(record, 'version', '')} {record.updated_at.isoformat()}"


def _tells(column: Column) -> bool:
    """Whether it belongs to what somebody looks at: a number or a date that nobody typed says nothing."""
    return bool(column.fills) or (column.name != ID and column.kind not in ("number", "date"))


def _shown(column: Column, record: Any | None) -> str:
    return "" if record is None else cell_text(column.value_of(record))


def _value(column: Column, bare: str, text: str) -> str | list[str]:
    if not bare:
        return ""
    return column.read(bare) if column.read else text


def _differs(column: Column, cell: str, before: str, record: Any | None) -> bool:
    """Spreadsheets write line breaks anew; an empty cell says nothing unless the column says so."""
    if not cell.strip():
        return column.clears and bool(before) and record is not None
    return cell.replace("\r\n", "\n") != before.replace("\r\n", "\n")


def _around(before: str, after: str) -> list[str]:
    """Both, or of long ones what is around the first difference."""
    if len(before) <= SHOWN and len(after) <= SHOWN:
        return [before, after]
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    first = max(0, (same or min(len(before), len(after))) - BEFORE)
    return [
        ("…" if first else "") + text[first : first + SHOWN] + "…" * (len(text) > first + SHOWN)
        for text in (before, after)
    ]
