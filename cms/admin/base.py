"""The base of every area of the back office, and how to write one.

    class TagView(CmsModelView):
        model, area, label, icon, group = Tag, "tags", N_("Tags"), "i-tag", WORK
        policy_class = PlainPolicy
        see_permission = Permission.TAG_MANAGE            # the row scope: policy.where(see_permission); or visible()
        needs = {"see": (Permission.TAG_MANAGE,), "create": (…,), "edit": (…,), "delete": (…,), "act": (…,),
                 "export": (Permission.EXPORT_RUN,), "import": (…,)}      # a word left out closes its endpoints: 404
        columns = (Column("name", N_("Name"), "title", sort=Tag.name), …)      # first column: the lead of the row
        filters = (ChoiceFilter(name="status", label=N_("Status"), choices=…, where=lambda value: …), …)
        search_columns = (Tag.name,)                      # or search_clause(words)
        default_sort = "name"                             # "-updated_at": descending
        form = TagForm                                    # a RecordForm whose fields are named as the columns
        bulk_actions = (Bulk("delete", N_("Delete"), (Permission.TAG_MANAGE,), confirm=N_("Delete these tags?")),)

        def create_from(self, form): return actions.create(db.session(), form.changes(), by=signed_in(), at=now())
        def save_from(self, form, record): actions.update(db.session(), record, form.changes(), …)
        def remove(self, record): actions.delete(db.session(), record, …)
        def run_bulk(self, record, action, parameter, batch_id): …

Then add the view to `VIEWS` in `cms/admin/__init__.py`; its place there is its place in the menu.

What the base promises
- Each exposed method is declared at the gate; one of your own needs an entry in `needs` under its method name, or the
  app does not start. `get_one(id, for_update=)` is the only way to a row: nonsense and foreign ids are NotFound.
- The hooks call domain actions and never commit. A `CmsError` shows the form again with 403, 409 or 422 and puts
  `Invalid.fields` on the fields; success is one commit, a flash and a 302. `IntegrityError` becomes a 409.
- Moves: set `move_names`, answer `moves_for(record) -> [Move(name, label, decision)]` (no queries: it runs for every
  row of the list) and `run_move(record, move) -> sentence`. Refused moves are shown with their reason.
- Bulk: every row in its own savepoint; `CmsError` is that row's reason (NotAllowed: refused, others: skipped).
- Lists: `?search= &sort=name|-name &page_size=25|50|100 &after= &before=` and one parameter for each filter. Loader
  options in `options()` and `list_options()`; per-page look-ups in `list_context(records)`.
- Files: `export_columns` are those of the files that go out and come in. A column that `fills` a field of the form is
  imported by filling in that field, so that validation, policy, version check and event are the form's own; one that
  `finds` entries stands in for a missing id; `import_also` are columns that only come in. What an area cannot take
  (comments, bans, roles, settings, activity) is said in `importing.py`.
- Templates: `admin/list.html` has the block `cell` (with `column`, `value`, `row`), `form.html` has `fields`, `aside`,
  `head_acts`. An area's own extend these and are named by `list_template`, `create_template`, `edit_template`,
  `details_template`.
- A page that is no list is a `CmsView` with `needs = {"see": …}` and an exposed `index_view`; see `gate.py`.
"""

from typing import Any, ClassVar

from flask_admin.contrib.sqla import ModelView

from cms.admin.asked import RESERVED
from cms.admin.exporting import Exporting
from cms.admin.forms import RecordForm
from cms.admin.gate import CONVERSATION, ENDPOINTS, SITE, WORK, CmsView, Crumb
from cms.admin.importing import Importing
from cms.admin.listing import Listing
from cms.admin.moves import Moves
from cms.admin.sweeping import Sweeps
from cms.extensions import db
from cms.web.gate import Needs

__all__ = ["CONVERSATION", "SITE", "WORK", "CmsModelView", "CmsView", "Crumb"]


BULK_ENDPOINTS = ("action_view", "bulk_view", "bulk_run", "bulk_stop")


class CmsModelView(Listing, Importing, Moves, Sweeps, Exporting, ModelView):
    """Flask-Admin's model view with every door of its own replaced or closed; see the module's text."""

    model: ClassVar[Any]
    form: ClassVar[type[RecordForm]] = RecordForm
    # Flask-Admin's own doors that we do not open: look-ups and inline edits ask no policy for their row.
    ajax_lookup = None
    ajax_update = None
    export = None
    action_delete = None
    column_auto_select_related = False

    def needs_of(self, name: str) -> Needs | None:
        """An area without moves or bulk actions, or with nothing to import, has no address for them."""
        if (name == "move_view" and not self.move_names) or (name in BULK_ENDPOINTS and not self.bulk_actions):
            return None
        if ENDPOINTS.get(name) == "import" and not any(column.fills for column in self.file_columns()):
            return None
        return super().needs_of(name)

    def __init__(self) -> None:
        taken = [one.name for one in self.filters if one.name in RESERVED]
        if taken:
            raise ValueError(f"{type(self).__name__}: a filter may not be called {taken[0]}")
        self.column_list = [column.name for column in self.columns]
        self.column_details_list = self.column_export_list = self.column_list
        self.column_sortable_list: list[str] = []
        super().__init__(self.model, db, name=self.label, endpoint=f"admin_{self.area}", url=self.area)
