"""What every screen of the back office has in common: what it needs, its place in the menu, how it is rendered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import g, redirect, request, url_for
from flask_admin import Admin
from flask_admin import BaseView as FlaskAdminView
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from cms.accounts.policy import PlainPolicy, Policy
from cms.core.decision import Decision
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.web import visitor
from cms.web.gate import Needs, Undeclared, declare

#: Exposed method → the word under which a view says what it needs. A word that is left out closes its endpoints.
ENDPOINTS = {
    "index_view": "see",
    "details_view": "see",
    "create_view": "create",
    "edit_view": "edit",
    "delete_view": "delete",
    "action_view": "act",
    "bulk_view": "act",
    "bulk_run": "act",
    "bulk_stop": "act",
    "move_view": "act",
    "export_csv": "export",
    "export_json": "export",
    "import_view": "import",
    "import_page": "import",
    "import_look": "import",
    "import_run": "import",
    "import_stop": "import",
    "columns_view": "see",
    "keep_view": "see",
    "change_view": "see",
}

WORK, CONVERSATION, SITE = N_("Work"), N_("Conversation"), N_("Site")
GROUPS = (WORK, CONVERSATION, SITE)


def one_right(right: tuple[Permission, ...]) -> dict[str, tuple[Permission, ...]]:
    """The needs of an area that one right opens; to take it away as a file, or to bring one, is a right of its own."""
    files = {"export": (Permission.EXPORT_RUN,), "import": (Permission.IMPORT_RUN,)}
    return dict.fromkeys(("see", "create", "edit", "delete", "act"), right) | files


@dataclass(frozen=True)
class Crumb:
    """A step on the way to where one is; the last has no address."""

    label: str
    href: str | None = None


class Gated(FlaskAdminView):
    """The base of all our views.

    `needs` says for each word of `ENDPOINTS`, and for each further exposed method by its name, which rights open
    it (any one of them is enough) or a `Needs`. An exposed method without an entry keeps the app from starting.
    """

    area: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str] = "i-post"
    group: ClassVar[str] = WORK
    in_menu: ClassVar[bool] = True
    #: After `g` on the keyboard; see `_shortcuts.html`.
    key: ClassVar[str] = ""
    needs: ClassVar[Mapping[str, tuple[Permission, ...] | Needs]] = {}
    policy_class: ClassVar[type[Policy]] = PlainPolicy
    #: Whether what a search form sends empty is left out of the address, which people keep and send around.
    is_searched: ClassVar[bool] = False
    #: Filled by Flask-Admin: address, method name and HTTP methods of everything exposed.
    _urls: list[tuple[str, str, Any]]
    endpoint: str

    def create_blueprint(self, admin: Admin) -> Any:
        """Register only what is declared, and tell the gate what each endpoint needs."""
        named = {name: self.needs_of(name) for _url, name, _methods in self._urls}
        self._urls = [item for item in self._urls if named[item[1]] is not None]
        blueprint = super().create_blueprint(admin)
        for name, needs in named.items():
            if needs is not None:
                declare(admin.app, f"{self.endpoint}.{name}", needs)
        return blueprint

    def needs_of(self, name: str) -> Needs | None:
        """What an exposed method needs; None closes it."""
        word = ENDPOINTS.get(name, name)
        needs = self.needs.get(word)
        if needs is None and name not in ENDPOINTS:
            raise Undeclared(f"{type(self).__name__}.{name} has not declared what it needs")
        return needs if needs is None or isinstance(needs, Needs) else Needs(any_of=needs)

    @property
    def policy(self) -> Any:
        """The answers for whoever is asking."""
        return _policy_of(self.policy_class)

    def _held(self, word: str) -> Decision:
        """Whether this person has one of the rights that a word of `needs` asks for."""
        needs = self.needs.get(word)
        if needs is None:
            return Decision.no(_("This is not possible here."))
        wanted = needs.any_of if isinstance(needs, Needs) else needs
        decision: Decision = self.policy.may_any(*wanted) if wanted else Decision.yes()
        return decision

    def is_open_to_visitor(self, name: str = "index_view") -> bool:
        """Whether to offer the way to one of this view's endpoints."""
        needs = self.needs_of(name)
        if needs is None or visitor() is None:
            return False
        return not needs.any_of or bool(_policy_of(PlainPolicy).may_any(*needs.any_of))

    def is_offered(self) -> bool:
        """Whether the menu shows the way here; to somebody for whom it would always be empty it need not."""
        return self.in_menu and self.is_open_to_visitor()

    def waits(self) -> Select[int] | None:
        """How to count, cheaply, what waits here; the menu shows it, and counts for all views in one query."""
        return None

    def link(self, name: str = "index_view", **values: Any) -> str:
        """The address of an endpoint of this view."""
        return url_for(f"{self.endpoint}.{name}", **values)

    def crumbs(self, *more: Crumb) -> list[Crumb]:
        """The way here: the group, the area, and what follows."""
        here = Crumb(_(self.label), self.link() if more else None)
        return [Crumb(_(self.group)), here, *more]

    def render(self, template: str, **values: Any) -> str:
        """One of our templates, with what the page around it shows."""
        page: str = super().render(template, **({"view": self, "crumbs": self.crumbs()} | values))
        return page

    def is_accessible(self) -> bool:
        """The gate asked before the view ran; see `cms.web.gate`."""
        return True

    def _run_view(self, method: Any, *args: Any, **values: Any) -> Any:
        """Without Flask-Admin's second call after a TypeError, which would run a view twice."""
        return self._to_shorter_address() or method(self, *args, **values)

    def _to_shorter_address(self) -> Response | None:
        """Without what a search form left open; None where there is no such thing in the address."""
        given = list(request.args.items(multi=True))
        said = [(name, value) for name, value in given if value]
        if said == given or not self.is_searched or request.endpoint != f"{self.endpoint}.index_view":
            return None
        return redirect(f"{request.path}?{urlencode(said)}".rstrip("?"))


class CmsView(Gated):
    """A page that is not a list of records: dashboard, activity, trash, settings, moderation."""

    def __init__(self) -> None:
        super().__init__(name=self.label, endpoint=f"admin_{self.area}", url=self.area)


def _policy_of(kind: type[Policy]) -> Policy:
    """One object a request, so that it may remember."""
    kept: dict[type[Policy], Policy] = g.setdefault("admin_policies", {})
    if kind not in kept:
        kept[kind] = kind(visitor())
    return kept[kind]


def menu(views: Iterable[Gated], current: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """The groups with the entries that this person may open."""
    groups: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    offered = [view for view in views if view.is_offered()]
    badges = _badges(offered)
    for view in offered:
        groups[view.group].append(
            {
                "label": _(view.label),
                "href": view.link(),
                "icon": view.icon,
                "badge": badges.get(view) or None,
                "key": view.key,
                "current": view is current,
            }
        )
    return [(_(group), entries) for group, entries in groups.items() if entries]


def _badges(views: list[Gated]) -> dict[Gated, int]:
    counting = {view: count for view in views if (count := view.waits()) is not None}
    if not counting:
        return {}
    counted = db.session.execute(select(*(count.scalar_subquery() for count in counting.values()))).one()
    return dict(zip(counting, counted, strict=True))


def page_response(page: str, status: int) -> Response:
    """A page that is the answer to something refused or asked again."""
    return Response(page, status, mimetype="text/html")
