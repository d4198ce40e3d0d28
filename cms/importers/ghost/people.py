"""Who wrote in a Ghost export, by the name in their addresses, as they would be known here."""

from collections import defaultdict

from cms.core.i18n import _
from cms.importers.ghost.export import Export, Row, order, text
from cms.importers.lines import plain_line
from cms.importers.parsed import Notebook, ParsedPerson


class Writers:
    """The authors of posts; staff who wrote nothing stay where they are."""

    def __init__(self, export: Export) -> None:
        self._names: dict[str, str] = {}
        self._people: dict[str, ParsedPerson] = {}
        for number, row in enumerate(export.rows("users"), 1):
            self._declare(row, number)
        self._of: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        for row in sorted(export.rows("posts_authors"), key=order):
            self._of[text(row, "post_id")][text(row, "author_id")] = True
        self._sign: dict[str, bool] = {}

    def of(self, row: Row, notebook: Notebook) -> str:
        """Who signs a post; the first where there are several."""
        ids = [*self._of.get(text(row, "id"), ()), text(row, "author_id")]
        names = list(dict.fromkeys(self._names[author] for author in ids if author in self._names))
        if not names:
            return ""
        self._sign[names[0]] = True
        if len(names) > 1:
            others = ", ".join(self._people[name].name for name in names[1:])
            notebook.left_out(_("further authors: %(names)s", names=others), _("Posts here have one author."))
        return names[0]

    def signing(self) -> tuple[ParsedPerson, ...]:
        """Those whose name stands first under a post that was asked about."""
        return tuple(self._people[name] for name in self._sign)

    def _declare(self, row: Row, number: int) -> None:
        source_id = text(row, "id")
        if not source_id or source_id in self._names:
            return
        name = plain_line(text(row, "name"))[0]
        known_as = text(row, "slug").strip() or name or f"author-{number}"
        while known_as in self._people:
            known_as = f"{known_as}-{number}"
        self._names[source_id] = known_as
        self._people[known_as] = ParsedPerson(known_as, name or known_as, text(row, "email").strip())
