"""The tags of a Ghost export; internal ones (`#…`) steer its theme, and no visitor sees them."""

from collections import defaultdict

from cms.core.i18n import _
from cms.importers.ghost.export import Export, Row, order, text
from cms.importers.lines import plain_line
from cms.importers.parsed import Notebook, ParsedTag, sound_parents


class Terms:
    """Tags by what the export calls them, and what each post is filed under."""

    def __init__(self, export: Export, notebook: Notebook) -> None:
        self._tags: dict[str, ParsedTag] = {}
        for row in export.rows("tags"):
            self._declare(row, notebook)
        self._of: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        for row in sorted(export.rows("posts_tags"), key=order):
            self._of[text(row, "post_id")][text(row, "tag_id")] = True

    def all(self) -> tuple[ParsedTag, ...]:
        """With parents that exist, and no circles among them."""
        parents = sound_parents({tag.source_id: tag.parent_id for tag in self._tags.values()})
        return tuple(
            ParsedTag(tag.source_id, tag.name, tag.slug, tag.description, parents[tag.source_id])
            for tag in self._tags.values()
        )

    def of(self, post_id: str) -> tuple[str, ...]:
        """Each once, in the order that the writer gave: the first is the main one."""
        return tuple(tag for tag in self._of.get(post_id, ()) if tag in self._tags)

    def _declare(self, row: Row, notebook: Notebook) -> None:
        source_id, slug = text(row, "id"), text(row, "slug").strip()
        name = plain_line(text(row, "name"))[0] or slug
        if not name or not source_id or source_id in self._tags:
            return
        what = _("tag “%(name)s”", name=name)
        if text(row, "visibility") == "internal" or name.startswith("#"):
            notebook.left_out(what, _("It steers Ghost's theme, and no visitor sees it."))
            return
        if text(row, "feature_image"):
            notebook.left_out(_("the picture of the tag “%(name)s”", name=name), _("Tags here have no pictures."))
        self._tags[source_id] = ParsedTag(
            source_id=source_id,
            name=name,
            slug=slug,
            description=plain_line(text(row, "description"))[0],
            parent_id=text(row, "parent_id") or None,
        )
