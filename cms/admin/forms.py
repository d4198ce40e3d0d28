"""Forms of the back office: read as changes, and never written onto a record.

Labels and helps are marked with `N_` and translated where they are printed. A field that was not sent is no change:
a form with fewer fields (a narrower right, a quick edit) cannot empty what it does not show.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_admin.form import BaseForm
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from cms.core.calendar import is_within_calendar, outside_calendar
from cms.core.db import MAX_ID, row_id
from cms.core.i18n import _
from cms.extensions import db
from cms.web import settings

#: Beyond this a list to choose from is cut: it is no way to find anything, and makes a page heavy.
MOST_CHOICES = 300
LONG_YEAR = re.compile(r"\d{5,}-")


class RecordForm(BaseForm):
    """The base of every form here."""

    @classmethod
    @cache
    def names(cls) -> tuple[str, ...]:
        """Of its fields, in their order, which WTForms tells of a form that was made and of no class."""
        return tuple(cls()._fields)

    def changes(self, *, but: Iterable[str] = ()) -> dict[str, Any]:
        """The value of every field that was sent."""
        return {field.name: field.data for field in self if field.raw_data and field.name not in set(but)}

    def take_errors(self, faults: Mapping[str, str]) -> None:
        """Put what a domain refused where it belongs; an unknown field's fault is said in the message anyway."""
        for name, sentence in faults.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, sentence]

    def look_up_choices(self) -> None:
        """What can be chosen, for whoever is about to show the form."""
        for field in self:
            if isinstance(field, RecordChoice):
                field.look_up(db.session())


class Line(StringField):
    """One line of text."""


class Text(TextAreaField):
    """Several lines; `render_kw={"rows": …}` says how many are shown."""


class Switch(BooleanField):
    """A checkbox with a hidden companion of the same name, so that "off" differs from "not on this form"."""

    def process_formdata(self, values: list[str]) -> None:
        if values:
            self.data = values[-1] not in ("", "0", "false", "no", "off")

    def _value(self) -> str:
        """Always what means "on": printed again after a refusal, the first value sent is the companion's "off"."""
        return "1"


class Number(IntegerField):
    """A whole number that a column can hold."""

    def process_formdata(self, values: list[str]) -> None:
        text = values[0].strip() if values else ""
        if not text:
            return
        if len(text) > 11 or not text.removeprefix("-").isdecimal() or abs(int(text)) > MAX_ID:
            self.data = None
            raise ValueError(_("This must be a whole number."))
        self.data = int(text)


class Choice(SelectField):
    """One of a few values; the view sets `choices` where they depend on the request."""


class RecordChoice(SelectField):
    """One of other records by its id, or none; the view sets `choices` as (id or "", label), or what to `offer`."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=_id_or_none, **({"choices": []} | options))
        self._offered: tuple[Select[int, str], str] | None = None

    def offer(self, labelled: Select[int, str], *, nothing: str = "") -> None:
        """These, and what is stored: looked up before they are shown, or once something else was chosen."""
        self._offered = (labelled, nothing)

    def look_up(self, session: Session) -> None:
        if self._offered is not None:
            labelled, nothing = self._offered
            self.choices = choices_of(session, labelled, self.object_data, looked_up=self.data, nothing=nothing)

    def pre_validate(self, form: BaseForm) -> None:
        if self._offered is not None and self.data == self.object_data and (self.data or self._offered[1]):
            return  # as it was
        self.look_up(db.session())
        if self.data not in {_id_or_none(value) for value, _label in self.choices}:
            raise ValidationError(_("Choose one of the list."))


class LocalTime(DateTimeLocalField):
    """A moment, typed in the site's zone and handed over in UTC."""

    def process_data(self, value: datetime | None) -> None:
        self.data = value

    def process_formdata(self, values: list[str]) -> None:
        text = values[0].strip() if values else ""
        self.data = read_local(text) if text else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(site_zone()).strftime("%Y-%m-%dT%H:%M") if self.data else ""


def choices_of(
    session: Session,
    labelled: Select[int, str],
    chosen: int | None,
    *,
    looked_up: int | None = None,
    nothing: str = "",
) -> list[tuple[str, str]]:
    """The first rows of a query of ids and labels, and the one that is chosen now even where the query leaves it out.

    A form that did not show it would choose another by being saved. `looked_up` is one that somebody found elsewhere
    and the query has. `nothing` is what to call none of them.
    """
    rows = dict(session.execute(labelled.limit(MOST_CHOICES)).all())
    row_id, label = labelled.selected_columns
    if looked_up is not None and looked_up not in rows:
        rows |= dict(session.execute(labelled.where(row_id == looked_up)).all())
    if chosen is not None and chosen not in rows:
        rows |= dict(session.execute(select(row_id, label).where(row_id == chosen)).all())
    return [*([("", nothing)] if nothing else []), *((str(row_id), label) for row_id, label in rows.items())]


def site_zone() -> ZoneInfo:
    """The zone that publishing times are typed in, whatever zone a person reads dates in."""
    name = settings().timezone
    return ZoneInfo(name if name in available_timezones() else "UTC")


def read_local(text: str) -> datetime:
    """ISO text without a zone, taken as the site's time; ValueError for what no clock there ever shows."""
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        is_too_late = LONG_YEAR.match(text) is not None  # which browsers let people type
        raise ValueError(
            _("The year has four digits.") if is_too_late else _("This is not a date and a time.")
        ) from None
    if not is_within_calendar(wall):
        raise ValueError(outside_calendar())
    moment = wall.replace(tzinfo=site_zone()).astimezone(UTC)
    shown = moment.astimezone(site_zone()).replace(tzinfo=None)
    if shown != wall:
        raise ValueError(_("The clocks go forward then, and this time is left out. Choose another."))
    return moment


def _id_or_none(value: Any) -> int | None:
    if value in (None, "", "None"):
        return None
    known = row_id(str(value))
    if known is None:
        raise ValueError(_("Choose one of the list."))
    return known
