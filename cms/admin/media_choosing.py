"""Choosing a file of the library for somewhere else: a page, or for script the part of one that fits a dialogue."""

from dataclasses import replace

from flask import request
from flask_admin import expose

from cms.admin.listing import Listing
from cms.admin.media_folders import Shelves
from cms.core.permissions import Permission
from cms.media.models import MediaKind
from cms.web.pictures import cells


class Choosing(Shelves, Listing):
    """The mix-in of the media view that offers images."""

    @expose("/choose/")
    def choose_view(self) -> str:
        """Images to choose from, as a page or, for script, as the part of one that fits into a dialogue."""
        asked = self.read_asked()
        folder = {"folder": asked.filters["folder"][:1]} if "folder" in asked.filters else {}
        asked = replace(asked, filters={"kind": (MediaKind.IMAGE.value,), **folder}, any_of=False)
        page = self.load_page(asked)
        template = "admin/_media_choice.html" if "part" in request.args else "admin/media_choose.html"
        part = {"part": "1"} if "part" in request.args else {}
        return self.render(
            template,
            asked=asked,
            records=page.records,
            cells=cells(page.records),
            part=part,
            folder=folder["folder"][0] if folder else "",
            folders=self.folder_choices(),
            may_upload=bool(self.policy.may(Permission.MEDIA_UPLOAD)),
            next_page=page.next and self.link("choose_view", search=asked.search, **folder, after=page.next, **part),
        )
