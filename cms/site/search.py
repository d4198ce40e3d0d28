"""Search for readers: a page of results without script, and titles while they type with it."""

from dataclasses import dataclass

from flask import abort, jsonify, make_response, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from cms.core.db import row_id
from cms.core.i18n import _
from cms.extensions import db
from cms.posts import finding, narrowing, public
from cms.posts.finding import Asked, Found
from cms.posts.narrowing import Page
from cms.posts.shown import Story, Writer
from cms.search.query import MAX_LENGTH
from cms.site.marking import Marks
from cms.web import now, rates, settings
from cms.web.limits import network
from cms.web.pictures import find
from cms.web.rates import Rate
from cms.web.themes import render

MOST_SUGGESTED = 8
#: Of a network: an office may search at once, and whoever types fast asks five times a second for a while.
SEARCHES, SUGGESTIONS = Rate("searches", 120, 60), Rate("suggestions", 300, 60)
#: Shown where nothing was found.
NEWEST = 3


@dataclass(frozen=True)
class Result:
    """One of the list; `is_close` has words that the reader perhaps meant."""

    edition: Story
    title: Markup
    piece: Markup
    is_close: bool


@dataclass(frozen=True)
class Narrowing:
    """A link that adds a filter to the search, or takes it off."""

    label: str
    address: str


def results() -> Response:
    """What the words in the address find; without words, how to search. 429 for whoever asks too often."""
    rates.count(SEARCHES, network())
    asked = _asked()
    found = finding.find(db.session(), asked, now())
    after, most = row_id(request.args.get("after", "")) or 0, settings().posts_per_page
    if after and after >= len(found.hits):
        abort(404, _("There are no more results."))
    shown = slice(after, after + most)
    page = narrowing.page(db.session(), found.ids, shown, tags=asked.family is None, authors=asked.author is None)
    results = _results(found, page)
    newest = [] if found.hits else public.newest(db.session(), now(), most=NEWEST).editions
    find(settings().logo_id)
    return make_response(
        render(
            "site/search.html",
            asked=asked,
            results=results,
            count=len(found.hits),
            is_cut=len(found.as_typed) >= finding.DEPTH,
            as_typed=len(found.as_typed[: finding.DEPTH]),
            meant=_meant(asked, found, results),
            taken_off=_chosen(asked),
            narrower=_offered(asked, page),
            more=_address(asked, after=after + most) if after + most < len(found.hits) else None,
            first=_address(asked) if after else None,
            everywhere=_address(Asked(asked.words)),
            newest=newest,
        )
    )


def suggestions() -> Response:
    """At most eight titles with their addresses; the same for everybody, asked for by script while somebody types."""
    rates.count(SUGGESTIONS, network())
    hits = finding.suggest(db.session(), _words(), now(), most=MOST_SUGGESTED)
    return jsonify(suggestions=[{"title": hit.title, "path": hit.path} for hit in hits])


def _words() -> str:
    return " ".join(request.args.get("q", "").split())[:MAX_LENGTH].rstrip()


def _asked() -> Asked:
    """A tag or an author who has nothing to read is no filter, and so tells nothing of what is not public."""
    slug, username = request.args.get("tag", ""), request.args.get("author", "")
    return Asked(_words(), *narrowing.named(db.session(), slug, username, now()))


def _results(found: Found, page: Page) -> list[Result]:
    marks = Marks(found.respelled)
    close = {hit.id for hit in found.close}
    return [Result(one, marks.line(one.title), marks.piece(one), one.id in close) for one in page.texts]


def _meant(asked: Asked, found: Found, results: list[Result]) -> Narrowing | None:
    texts = (f"{one.edition.summary} {one.piece.striptags()}" for one in results if one.is_close)
    words = found.meant(texts)
    return Narrowing(words, _address(Asked(words, asked.family, asked.author))) if words else None


def _chosen(asked: Asked) -> list[Narrowing]:
    """The filters that are on, each leading to the search without it."""
    chosen = []
    if asked.family is not None:
        label = _("Tag: %(name)s", name=asked.family.tag.name)
        chosen.append(Narrowing(label, _address(Asked(asked.words, None, asked.author))))
    if asked.author is not None:
        label = _("By %(name)s", name=asked.author.name)
        chosen.append(Narrowing(label, _address(Asked(asked.words, asked.family, None))))
    return chosen


def _offered(asked: Asked, page: Page) -> dict[str, list[Narrowing]]:
    """What the first results have in common; a filter that is on is not offered again."""
    offered = {
        _("By tag"): [Narrowing(tag.name, _address(asked, tag=tag.slug)) for tag in page.tags],
        _("By author"): [Narrowing(one.name, _address(asked, author=one.username)) for one in page.authors],
    }
    return {label: links for label, links in offered.items() if len(links) > 1}


def _address(asked: Asked, *, tag: str | None = None, author: str | None = None, after: int | None = None) -> str:
    """Of a search; what it does not have is not in the address."""
    return url_for(
        "site.search",
        q=asked.words or None,
        tag=tag or (asked.family.tag.slug if asked.family else None),
        author=author or _name_of(asked.author),
        after=after,
    )


def _name_of(author: Writer | None) -> str | None:
    return author.username if author is not None else None
