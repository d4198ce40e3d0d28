"""Ghost exports that are broken, cut short, of another kind or made to harm: one clear sentence, or read safely."""

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cms.core.errors import Invalid
from cms.core.markdown import render_article
from cms.core.text import printable
from cms.importers.ghost import read_ghost
from cms.importers.ghost.cards import MADE
from cms.importers.loading import load
from cms.importers.parsed import ItemStatus
from tests.conftest import NOON
from tests.importers.ghosts import export, post
from tests.importers.sites import edition_of, post_of
from tests.site.test_hostile import faults, payloads

DEEP = 100_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty or is not JSON"),
        (b"# A Markdown file\n", "is empty or is not JSON"),
        (b"<html><body>Not found</body></html>", "is empty or is not JSON"),
        (b"\x00" * 200_000, "is empty or is not JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "encoding"),
        ('{"data": {"posts": []}}'.encode("utf-16"), "encoding"),
        (b'{"data": {"posts": [{"title": "\xe9"}]}}', "encoding"),
        (b"PK\x03\x04rest", "ZIP archive: unpack it and import the .json file"),
        (b"\x1f\x8brest", "gzip archive"),
        ("[1, 2]", "not a Ghost export"),
        ('{"name": "a theme"}', "not a Ghost export"),
        ('{"db": {"data": {"posts": []}}}', "not a Ghost export"),
        ('{"db": [{"data": {"posts": {"a": 1}}}]}', "not a Ghost export"),
        ('{"db": [{"data": {"posts": [{"id": "1", "title": "cut', "ends in the middle"),
        ('{"db": [{"data": {"posts": [{"id": "1"},', "ends in the middle"),
        ('{"db":', "ends in the middle"),
        ('{"db": []} and more', "not well-formed JSON"),
        ('{"db": [{"data": {"posts": [{"id":}]}}]}', "not well-formed JSON"),
        ('{"db": [{"data": {"posts": [],}}]}', "not well-formed JSON"),
        ('{"db": [{"data": {1: []}}]}', "not well-formed JSON"),
        ('{"db": [{"data": {"posts": [{"id": 1 "a": 2}]}}]}' + " " * 99, "not well-formed JSON"),
        (f'{{"data": {{"posts": [{"9" * 5_000}]}}}}', "not well-formed JSON"),
        ('{"db":' + "[" * DEEP, "nested deeper"),
        ('{"a":' * DEEP, "nested deeper"),
        ('{"db": [{"db":' * DEEP, "nested deeper"),
        ('{"db": [{"data": {"posts": [' + "[" * DEEP + "]" * DEEP + "]}}]}", "nested deeper"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_one_line(read, content: str | bytes, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(content)

    assert said in refusal.value.message
    assert "\n" not in refusal.value.message


def test_a_file_that_is_not_there_or_is_a_folder_says_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json"):
        with pytest.raises(Invalid, match="cannot be read"):
            read_ghost(path)


def test_the_real_export_cut_in_half_is_refused(read, theme_test_ghost: Path) -> None:
    data = theme_test_ghost.read_bytes()

    with pytest.raises(Invalid, match="ends in the middle"):
        read(data[: len(data) // 2])


@pytest.mark.parametrize(
    "content",
    [{"data": {"posts": [post()]}, "meta": {}}, export(post()), b"\xef\xbb\xbf" + json.dumps(export(post())).encode()],
)
def test_old_and_new_wrappings_are_read(read, content: object) -> None:
    assert [item.slug for item in read(content).items] == ["t"]


@pytest.mark.parametrize(
    "odd", [None, -1, True, 1e400, 10**30, "", "x", [], [[[]]], {}, {"a": []}, "\ud800\x00"], ids=repr
)
def test_what_is_of_another_type_than_it_should_be_harms_nothing(read, session: Session, odd: object) -> None:
    names = ("id", "key", "value", "name", "slug", "email", "post_id", "tag_id", "author_id", "sort_order", "parent_id")
    row = dict.fromkeys(names, odd)
    columns = (
        "id title slug html lexical mobiledoc plaintext status visibility published_at created_at updated_at type page "
        "featured feature_image custom_excerpt locale canonical_url og_title custom_template email_only"
    ).split()
    posts = [post(**{"id": str(number), name: odd}) for number, name in enumerate(columns)]
    tables = {
        name: [odd, row]
        for name in ("tags", "users", "posts_tags", "posts_authors", "posts_meta", "settings", "members")
    }

    site = read(export(*posts, dict.fromkeys(columns, odd), odd, **tables, snippets=odd))
    load(session, site, at=NOON)

    assert len(site.items) >= len(columns)


def test_rows_that_are_none_are_counted(read) -> None:
    site = read(export(post(), "x", 3, tags=7))

    assert {note.what for note in site.notes} == {"2 × posts", "1 × tags"}


def test_a_visibility_that_nobody_knows_is_not_public(read) -> None:
    site = read(export(post(visibility=["public"]), post(id="2", visibility=""), post(id="3", status="sold-out")))

    assert {item.status for item in site.items} == {ItemStatus.DRAFT}


def test_what_is_scheduled_for_no_date_stays_a_draft(read, session: Session) -> None:
    row = post(status="scheduled", published_at="soon", created_at="2020-01-01 00:00:00")

    report = load(session, read(export(row)), at=NOON)

    assert (report.came["published"], report.came["drafts"]) == (0, 1)


def test_posts_of_one_number_or_address_are_all_kept(read, session: Session) -> None:
    load(session, read(export(post(), post(), post(id="3"))), at=NOON)
    session.commit()

    assert sorted(post_of(session, f":{number}").slug for number in ("1", "1-2", "3")) == ["t", "t-2", "t-3"]


def test_no_number_made_up_for_a_post_is_one_that_there_is(read) -> None:
    assert len(read(export(post(id="1-3"), post(), post())).items) == 3


@pytest.mark.parametrize(
    "values",
    [
        {"html": '<img src="__GHOST_URL__/content/images/a%00b.png">'},
        {"feature_image": "__GHOST_URL__/content/images/a%00%1bb.png"},
        {"html": '<a href="__GHOST_URL__//[x/content/files/a.pdf">a</a>'},
        {"html": None, "mobiledoc": json.dumps({"sections": [[2, "http://a.example/\ud800\x00.png"]]})},
        {"html": None, "mobiledoc": json.dumps({"sections": [[10, 0]], "cards": [["\ud800\x1b[2J", {"text": "x"}]]})},
        {"published_at": "\ud800\x1b[2J"},
        {"title": "&#27;[2J&#xfffe;T"},
    ],
    ids=repr,
)
def test_what_cannot_be_stored_or_shown_comes_neither_in_nor_into_the_report(
    read, session: Session, values: dict[str, object]
) -> None:
    report = load(session, read(export(post(**values))), at=NOON)
    session.commit()

    for text in (post_of(session, ":1").title, post_of(session, ":1").body, *report.lines()):
        assert text == "\n".join(printable(line) for line in text.split("\n"))


def test_tags_above_one_another_in_a_circle_are_untangled(read, session: Session) -> None:
    tags = [{"id": a, "name": a, "slug": a, "parent_id": b} for a, b in (("a", "b"), ("b", "a"), ("c", "c"))]

    site = read(export(post(), tags=tags))
    load(session, site, at=NOON)

    assert {tag.source_id: tag.parent_id for tag in site.tags} == {"a": "b", "b": None, "c": None}


def test_users_of_one_address_are_two_people(read) -> None:
    users = [{"id": number, "name": number, "slug": "ann", "email": f"{number}@a.example"} for number in ("1", "2")]
    signed = [{"post_id": number, "author_id": number} for number in ("1", "2")]

    site = read(export(post(), post(id="2", slug="s"), users=users, posts_authors=signed))

    assert [person.email for person in site.people] == ["1@a.example", "2@a.example"]
    assert len({item.author for item in site.items}) == 2


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        '<a href="java&#115;cript:alert(1)">a</a>',
        '<div class="kg-card kg-button-card"><a href="javascript:alert(1)">a</a></div>',
        '<figure class="kg-card kg-bookmark-card"><a href="javascript:alert(1)"><div class="kg-bookmark-title">'
        "&lt;img src=x onerror=alert(1)&gt;</div></a></figure>",
        '<iframe src="javascript:alert(1)"></iframe><object data="data:text/html,alert(1)"></object>',
    ],
)
def test_nothing_that_runs_comes_in(read, session: Session, html: str) -> None:
    load(session, read(export(post(html=html))), at=NOON)
    session.commit()

    edition = edition_of(session, post_of(session, ":1"))
    assert edition is not None
    for harm in ("<script", "<img src=x", "<img", "javascript:", "<iframe", "<object", "data:text"):
        assert harm not in edition.body_html


@pytest.mark.parametrize(
    "card",
    [
        {"type": "button", "buttonUrl": "javascript:alert(1)", "buttonText": "<script>alert(1)</script>"},
        {"type": "image", "src": 'x" onerror="alert(1)', "alt": '"><script>alert(1)</script>'},
        {"type": "codeblock", "code": "</code></pre><script>alert(1)</script>", "language": '"><script>'},
        {"type": "link", "url": "javascript:alert(1)", "children": [{"type": "text", "text": "<script>"}]},
        {"type": "callout", "calloutText": "<script>alert(1)</script>x", "calloutEmoji": "<script>"},
    ],
    ids=lambda card: card["type"],
)
def test_nothing_that_runs_comes_in_by_a_card(read, session: Session, card: dict[str, object]) -> None:
    lexical = json.dumps({"root": {"children": [card]}})

    load(session, read(export(post(html=None, lexical=lexical))), at=NOON)
    session.commit()

    edition = edition_of(session, post_of(session, ":1"))
    assert edition is not None
    assert "<script" not in edition.body_html
    assert " onerror=" not in edition.body_html.replace("&quot;", '"').partition(">")[0]
    assert 'href="javascript' not in edition.body_html


def test_the_whole_hostile_corpus_is_harmless_in_every_form_and_place(read) -> None:
    posts = []
    for payload in payloads():
        fields = dict.fromkeys(
            "url src buttonUrl buttonText alt caption html code language title heading".split(), payload
        )
        cards = [{**fields, "type": kind, "content": payload, "metadata": fields} for kind in MADE]
        link = {"type": "link", "url": payload, "children": [{"type": "text", "text": payload}]}
        line = [1, "p", [[0, [0], 1, payload]]]
        document = {"markups": [["a", ["href", payload]]], "sections": [line, [2, payload]]}
        posts += [
            post(id=None, title=payload, html=payload),
            post(id=None, html=None, lexical=json.dumps({"root": {"children": [link, *cards]}})),
            post(id=None, html=None, mobiledoc=json.dumps(document)),
        ]

    for item in read(export(*posts)).items:
        assert faults(render_article(item.body).html) == []
