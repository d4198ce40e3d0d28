"""The preview of a text as readers would see it: a page of its own, or a fragment for the script beside the text."""

from flask import render_template, request
from flask_admin import expose

from cms.admin.gate import Gated
from cms.core.db import begin_as
from cms.core.markdown import MAX_CELLS
from cms.core.text import reading_minutes
from cms.extensions import db
from cms.posts.fields import checked
from cms.posts.rendering import article_of, render_ahead


class Previews(Gated):
    """Rendered by the same function as what goes live; nothing is stored, and nobody has to wait meanwhile."""

    @expose("/preview/", methods=("POST",))
    def preview_view(self) -> str:
        body = checked({"body": request.form.get("body", "")})["body"]
        render_ahead(db.session(), [body])
        begin_as(may_write=False)
        article = article_of(db.session(), body)
        values = {
            "article": article,
            "most_cells": MAX_CELLS,
            "minutes": reading_minutes(article.words),
            "title": request.form.get("title", ""),
            "summary": request.form.get("summary", ""),
        }
        if request.headers.get("X-Fragment"):
            return render_template("admin/_preview.html", **values)
        return self.render("admin/post_preview.html", **values)
