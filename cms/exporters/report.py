"""What an export wrote and what it left out, to be read on a terminal."""

from dataclasses import dataclass

from cms.core.i18n import _, ngettext
from cms.exporters.progress import Tally
from cms.importers.report import KINDS

_NAMED = 10
_STATUSES = ("published", "scheduled", "in_review", "archived", "drafts")
_KINDS = KINDS | {
    "changes": lambda n: ngettext("%(num)s change not published yet", "%(num)s changes not published yet", n),
    "redirects": lambda n: ngettext("%(num)s redirect", "%(num)s redirects", n),
}
_WRITTEN = ("posts", "pages", "changes", "tags", "series", "people", "comments", "files", "redirects")


@dataclass(frozen=True, slots=True)
class Report:
    """`in_trash` counts what is not in the folder."""

    tally: Tally
    in_trash: dict[str, int]

    def lines(self) -> list[str]:
        counts = self.tally.counts
        lines = [_("Written:"), *(f"  {self._line(kind)}" for kind in _WRITTEN if counts[kind])]
        if len(lines) == 1:
            lines.append(f"  {_('nothing')}")
        trash = [_KINDS[kind](number) for kind, number in self.in_trash.items() if number]
        if trash:
            lines += ["", _("Left out, since it is in the trash:"), *(f"  {line}" for line in trash)]
        if missing := self.tally.missing:
            lines += ["", _("Missing in the storage (%(count)s):", count=len(missing))]
            lines += [f"  {name}" for name in missing[:_NAMED]] + (["  …"] if len(missing) > _NAMED else [])
        return lines

    def _line(self, kind: str) -> str:
        counts = self.tally.counts
        line = _KINDS[kind](counts[kind] - (counts["files"] and len(self.tally.missing) if kind == "files" else 0))
        parts = [_KINDS[status](counts[status]) for status in _STATUSES if counts[status]] if kind == "posts" else []
        return f"{line} ({'; '.join(parts)})" if parts else line
