"""The preview of a text as readers would see it: a page of its own, or a fragment for the script beside the text."""

from flask import render_template, request
from flask_admin import expose

from cms.admin.gate import Gated
from cms.core.markdown import render_article
from cms.core.text import reading_minutes
from cms.extensions import db
from cms.media.queries import image_sizes
from cms.posts.fields import checked


class Previews(Gated):
    """Rendered by the same function as what goes live; nothing is stored."""

    @expose("/preview/", methods=("POST",))
    def preview_view(self) -> str:
        body = checked({"body": request.form.get("body", "")})["body"]
        article = render_article(body, image_size=image_sizes(db.session(), body))
        values = {
            "article": article,
            "minutes": reading_minutes(article.words),
            "title": request.form.get("title", ""),
            "summary": request.form.get("summary", ""),
        }
        if request.headers.get("X-Fragment"):
            return render_template("admin/_preview.html", **values)
        return self.render("admin/post_preview.html", **values)
