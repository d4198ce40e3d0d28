"""What an import did: what came, what was there already, what was changed, left out, or went wrong, and why."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cms.core.i18n import N_, _, ngettext
from cms.importers.parsed import Note, Notebook, Severity

#: Everything that is counted, in the order of the report.
KINDS: dict[str, Callable[[int], str]] = {
    "posts": lambda n: ngettext("%(num)s post", "%(num)s posts", n),
    "published": lambda n: ngettext("%(num)s published", "%(num)s published", n),
    "scheduled": lambda n: ngettext("%(num)s scheduled", "%(num)s scheduled", n),
    "in_review": lambda n: ngettext("%(num)s in review", "%(num)s in review", n),
    "archived": lambda n: ngettext("%(num)s archived", "%(num)s archived", n),
    "drafts": lambda n: ngettext("%(num)s draft", "%(num)s drafts", n),
    "protected": lambda n: ngettext(
        "%(num)s password-protected, now a draft", "%(num)s password-protected, now drafts", n
    ),
    "trashed": lambda n: ngettext("%(num)s in the trash", "%(num)s in the trash", n),
    "pages": lambda n: ngettext("%(num)s page", "%(num)s pages", n),
    "people": lambda n: ngettext("%(num)s person", "%(num)s people", n),
    "categories": lambda n: ngettext("%(num)s category", "%(num)s categories", n),
    "tags": lambda n: ngettext("%(num)s tag", "%(num)s tags", n),
    "series": lambda n: ngettext("%(num)s series", "%(num)s series", n),
    "comments": lambda n: ngettext("%(num)s comment", "%(num)s comments", n),
    "unapproved": lambda n: ngettext("%(num)s not approved", "%(num)s not approved", n),
    "replies": lambda n: ngettext("%(num)s reply", "%(num)s replies", n),
    "mentions": lambda n: ngettext("%(num)s pingback or trackback", "%(num)s pingbacks and trackbacks", n),
    "files": lambda n: ngettext("%(num)s file", "%(num)s files", n),
    "redirects": lambda n: ngettext("%(num)s redirect from an old address", "%(num)s redirects from old addresses", n),
}
#: Counted inside another line, and shown after it in brackets.
PARTS = {
    "posts": ("published", "scheduled", "in_review", "archived", "drafts", "protected", "trashed"),
    "comments": ("unapproved", "replies", "mentions"),
}
HEADINGS = {
    Severity.CHANGED: N_("Changed"),
    Severity.LEFT_OUT: N_("Left out"),
    Severity.PROBLEM: N_("Needs a look"),
}


@dataclass(slots=True)
class Report:
    """`came` counts what this import made, `known` what an earlier one had made; notes belong to their posts."""

    came: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)

    def note_all(self, notes: Iterable[Note]) -> None:
        self.notes.extend(notes)

    def take(self, notebook: Notebook) -> None:
        """The notes of one item, when it is done."""
        self.notes.extend(notebook.notes())

    def lines(self) -> list[str]:
        """The whole report, to be read on a terminal or in a file."""
        lines = [_("Came:"), *self._counts(self.came)]
        if +self.known:
            lines += ["", _("Here already, and left alone:"), *self._counts(self.known)]
        for severity, heading in HEADINGS.items():
            chosen = [note for note in self.notes if note.severity is severity]
            if chosen:
                lines += ["", f"{_(heading)} ({len(chosen)}):", *_grouped(chosen)]
        return lines

    def _counts(self, counts: Counter[str]) -> list[str]:
        inner = {part for parts in PARTS.values() for part in parts}
        lines = []
        for kind in KINDS:
            if kind in inner or not counts[kind]:
                continue
            parts = [KINDS[part](counts[part]) for part in PARTS.get(kind, ()) if counts[part]]
            lines.append(f"  {KINDS[kind](counts[kind])}" + (f" ({'; '.join(parts)})" if parts else ""))
        return lines or [f"  {_('nothing')}"]


def _grouped(notes: list[Note]) -> list[str]:
    """By post, in the order of the file; what concerns the whole file comes first."""
    lines: list[str] = []
    by_item: dict[str, list[Note]] = {"": []}
    for note in notes:
        by_item.setdefault(note.item, []).append(note)
    for item, group in by_item.items():
        lines += [f"  {item or _('The whole file')}"] if group else []
        lines += [f"    - {note.what}: {note.why}" for note in group]
    return lines
