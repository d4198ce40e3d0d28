"""The command palette: what one can do here, where one can go, and what has these words; scoped like every list."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_admin import expose

from cms.admin import asked as asking
from cms.admin.appearance import page_of
from cms.admin.base import CmsModelView
from cms.admin.gate import CmsView, Gated
from cms.core.db import row_id
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.search.index import folded
from cms.settings.declared import DECLARED, SECTIONS
from cms.web.gate import SIGNED_IN

#: Areas that are searched, in this order.
SEARCHED = ("posts", "pages", "users", "tags", "series")
MOST_OF_AN_AREA = 5
#: Among so many of the newest that match, those come first that bear the words in their name.
MOST_LOOKED_AT = 50
#: Of more that match, the newest are looked for one by one.
MOST_SORTED = 1_000
MOST_SETTINGS = 4
LONGEST = 80


@dataclass(frozen=True)
class Command:
    """One line: a link, or with `post` a button that acts. A refused one is shown with its reason."""

    label: str
    href: str
    icon: str
    hint: str = ""
    post: bool = False
    refused: str = ""


@dataclass(frozen=True)
class Section:
    """Commands under one heading; an empty one is left out."""

    label: str
    commands: list[Command]


class PaletteView(CmsView):
    """GET `/admin/palette/?q=&on=posts-7`: a page of its own, or with `part` what the dialogue shows."""

    area, label, icon, in_menu = "palette", N_("Search or do"), "i-search", False
    needs = {"see": SIGNED_IN}

    @expose("/")
    def index_view(self) -> str:
        """At most two queries for each area searched, beside that for the thing at hand."""
        words = " ".join(request.args.get("q", "").split())[:LONGEST]
        on = request.args.get("on", "")[:40]
        sections = [section for section in self._sections(words, on) if section.commands]
        template = "admin/_palette.html" if "part" in request.args else "admin/palette.html"
        return self.render(template, words=words, on=on, sections=sections)

    def _sections(self, words: str, on: str) -> Iterator[Section]:
        view, record = self._at_hand(on)
        if view is not None and record is not None:
            yield Section(str(record), _fitting(words, _moves(view, record)))
        yield Section(_("New"), _fitting(words, list(self._new())))
        yield Section(_("Go to"), _fitting(words, list(self._places())))
        if words:
            for area in SEARCHED:
                found = self._view(area)
                if found is not None and found.is_open_to_visitor():
                    yield Section(_(found.label), _records(found, words))
            yield Section(_("Settings"), self._settings(words))

    def _views(self) -> list[Gated]:
        return [view for view in self.admin._views if isinstance(view, Gated)]

    def _view(self, area: str) -> CmsModelView | None:
        views = (view for view in self._views() if isinstance(view, CmsModelView))
        return next((view for view in views if view.area == area), None)

    def _at_hand(self, on: str) -> tuple[CmsModelView | None, Any]:
        """The thing that the page behind the palette is about, if one may see it."""
        area, _dash, number = on.partition("-")
        view, known = self._view(area), row_id(number)
        if view is None or known is None or not view.is_open_to_visitor():
            return None, None
        return view, db.session.scalar(view.get_query().where(view.model.id == known).options(*view.list_options()))

    def _new(self) -> Iterator[Command]:
        for view in self._views():
            if isinstance(view, CmsModelView) and view.new_label and view.may_create():
                yield Command(_(view.new_label), view.link("create_view"), "i-plus")

    def _places(self) -> Iterator[Command]:
        for view in self._views():
            if view.is_offered():
                yield Command(_(view.label), view.link(), view.icon)
        yield Command(_("Your account"), "/account", "i-cog")
        yield Command(_("View site"), "/", "i-out")

    def _settings(self, words: str) -> list[Command]:
        settings = next(view for view in self._views() if view.area == "settings")
        if not self.policy.may(Permission.SETTINGS_MANAGE):
            return []
        every = [
            Command(_(one.label), f"{settings.link(page_of(one))}#{one.key}", "i-cog", _(SECTIONS[one.section]))
            for one in DECLARED
        ]
        return _fitting(words, every)[:MOST_SETTINGS]


def _moves(view: CmsModelView, record: Any) -> list[Command]:
    """The very buttons of the thing's own page, and the way to its editor."""
    commands = [
        Command(
            _(move.label),
            view.link("move_view", id=record.id, move=move.name),
            move.icon or "i-check",
            post=True,
            refused="" if move.decision else move.decision.reason,
        )
        for move in view.moves_for(record)
    ]
    if view.may_edit(record) and view.is_open_to_visitor("edit_view"):
        commands.insert(0, Command(_("Edit"), view.link("edit_view", id=record.id), "i-pen"))
    return commands


def _records(view: CmsModelView, words: str) -> list[Command]:
    """The newest that match, within what this person may see, and of these first what is called so."""
    asked = replace(asking.read(request.args, view.columns, (), view.default_sort), search=words, filters={})
    found = view.page_queries(asked, MOST_SORTED)
    query = view.ordered(found.page, asked).options(*view.list_options()).limit(MOST_LOOKED_AT)
    matching = sorted(db.session.scalars(query), key=lambda record: not _is_called(str(record), words))
    return [
        Command(str(record), view.row_link(record) or view.link(), view.icon) for record in matching[:MOST_OF_AN_AREA]
    ]


def _is_called(name: str, words: str) -> bool:
    """Whether each of the words begins one of its own, accents and case aside."""
    own = folded(name).split()
    return all(any(one.startswith(word) for one in own) for word in folded(words).split())


def _fitting(words: str, commands: list[Command]) -> list[Command]:
    """Those that have every word somewhere in their label or hint, accents and case aside."""
    wanted = [folded(word) for word in words.split()]
    return [one for one in commands if all(word in folded(f"{one.label} {one.hint}") for word in wanted)]
