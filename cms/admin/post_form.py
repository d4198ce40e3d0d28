"""The form of a post, and what a page has instead; fields are named as the columns."""

import re
from typing import Any

from wtforms import StringField
from wtforms.widgets import HiddenInput

from cms.admin.forms import Line, LocalTime, Number, RecordChoice, RecordForm, Switch, Text
from cms.core.i18n import COMMAS, N_, listed
from cms.posts.fields import LINES, MAX_BODY, MAX_LANGUAGE, MAX_PART


def one_line(value: str | None) -> str | None:
    """Several lines were typed where one is stored: a break is as good as a blank."""
    return " ".join(value.split()) if value else value


def _limited(name: str, **more: Any) -> dict[str, Any]:
    return {"maxlength": LINES[name], **more}


#: A name in quotation marks may hold commas, as imported ones do.
_NAME = re.compile(rf'\s*(?:"([^"]*)"|([^{COMMAS}]*))\s*(?:[{COMMAS}]|$)')


class TagNames(StringField):
    """Names with commas between them."""

    def process_formdata(self, values: list[str]) -> None:
        if values:
            pieces = [(quoted or plain).strip() for value in values for quoted, plain in _NAME.findall(value)]
            self.data = [name for name in pieces if name]

    def _value(self) -> str:
        return joined(self.data or [])


def joined(names: list[str]) -> str:
    """Names as the field takes them again."""
    return listed(f'"{name}"' if any(comma in name for comma in COMMAS) else name for name in names)


class ContentForm(RecordForm):
    """What posts and pages share. `version` is what the changes are made on, `base` what it was before a conflict."""

    version = Number(widget=HiddenInput())
    base = Number(widget=HiddenInput())
    title = Line(N_("Title"), render_kw=_limited("title", required=True))
    body = Text(N_("Text"), render_kw={"rows": 26, "maxlength": MAX_BODY, "spellcheck": "true"})
    slug = Line(
        N_("Address"),
        description=N_("Made from the title if empty. The old address leads to the new one."),
        render_kw=_limited("slug", spellcheck="false"),
    )
    summary = Text(
        N_("Summary"),
        description=N_("One or two sentences, shown in lists and search results."),
        filters=[one_line],
        render_kw=_limited("summary", rows=4),
    )
    featured_media_id = RecordChoice(N_("Image"), description=N_("Shown above the text and in lists."))
    featured_alt = Text(
        N_("Description of the image"),
        description=N_("What you would say on the telephone. Empty takes the one of the library."),
        filters=[one_line],
        render_kw=_limited("featured_alt", rows=2),
    )
    author_id = RecordChoice(N_("Author"))
    language = Line(
        N_("Language"),
        description=N_("Such as “de”, if it differs from the site’s."),
        render_kw={"maxlength": MAX_LANGUAGE, "spellcheck": "false"},
    )
    show_contents = Switch(N_("Show a table of contents"))
    seo_title = Line(
        N_("Title for search engines"), description=N_("Empty takes the title."), render_kw=_limited("seo_title")
    )
    seo_description = Text(
        N_("Description for search engines"),
        description=N_("Empty takes the summary."),
        filters=[one_line],
        render_kw=_limited("seo_description", rows=3),
    )
    canonical_url = Line(
        N_("Canonical address"),
        description=N_("If this appeared elsewhere first: the whole address there."),
        render_kw=_limited("canonical_url", type="url"),
    )
    noindex = Switch(N_("Ask search engines to leave this out"))
    live_from = LocalTime(N_("Goes live"), description=N_("Empty means at once, when you publish."))
    live_until = LocalTime(N_("Ends"), description=N_("Empty means never."))
    note = Line(N_("What changed"), description=N_("A line for the history."), render_kw={"maxlength": 500})


#: Fields of the form that are no fields of the post.
BESIDE = ("version", "base", "live_from", "live_until", "note")


class PostForm(ContentForm):
    """Posts have tags, a place in a series, and a conversation that is open unless somebody closes it."""

    tags = TagNames(
        N_("Tags"),
        description=N_("Commas between them; new ones are made."),
        render_kw={"list": "tag-list", "autocomplete": "off"},
    )
    comments_open = Switch(N_("Comments are open"), default=True)
    series_id = RecordChoice(N_("Series"), description=N_("What this post is a part of."))
    series_position = Number(
        N_("Part number"),
        description=N_("Empty makes it the last part. Readers see parts counted without gaps; equal numbers by date."),
        render_kw={"inputmode": "numeric", "min": 1, "max": MAX_PART},
    )


class PageForm(ContentForm):
    """Pages stand below one another."""

    tags = TagNames(N_("Tags"), render_kw={"list": "tag-list", "autocomplete": "off"})
    parent_id = RecordChoice(N_("Below the page"), description=N_("Its address begins with that page’s."))
    position = Number(N_("Position"), description=N_("Smaller numbers come first among pages at one place."))
