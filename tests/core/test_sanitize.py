"""What people send comes back safe, the same each time, and soon."""

import json
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.sanitize import ARTICLE_TAGS, CLASSES, COMMENT_TAGS, sanitize, sanitize_comment
from cms.core.sanitize_urls import is_web, own_media, safe_link

NO_WEB_ADDRESSES = [
    "",
    "/about",
    "//example.org",
    "ftp://example.org",
    "javascript:alert(1)",
    "mailto:me@example.org",
    "https://",
    "https://a b.example/",
    "https://a.example/b c",
    "https://a.example/\t",
    " https://a.example/",
    "https://me@evil.example/",
    "http://a\\b.example",
    "http://[broken",
]

#: A hundred for each character: what html5lib does for hostile markup, and far below what growing work would cost.
MOST_CALLS = 1_000_000
HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>x</script>ipt>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg><style><!--</style><img src=x onerror=alert(1)>--></svg>",
    "<math><mtext></p><style><a title='</style><img src onerror=alert(1)>'></style></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<a href="&#106avascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    '<p style="background:url(//evil.example)" onclick=alert(1)>x</p>',
    '<blockquote cite="javascript:alert(1)\n">x</blockquote>',
    "<form action=//evil.example><input name=password><button formaction=javascript:alert(1)>x</button></form>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data=x></object><embed src=x>",
    "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'><link rel=stylesheet href=x>",
    "<p id=csrf_token name=attributes class='admin btn' data-confirm=x slot=x is=y>x</p>",
    "<video autoplay onloadstart=alert(1) src='data:video/mp4,'></video>",
    "<table><td><script>alert(1)</script><img src='/admin/logout'>",
]
PIECES = st.sampled_from(
    [f"<{tag}>" for tag in sorted(ARTICLE_TAGS)]
    + [f"</{tag}>" for tag in sorted(ARTICLE_TAGS)]
    + [*HOSTILE, "<b title='1'>", "<td colspan=2 class=align-left>", "<li value=3 id=fn-1>", "<h2 id=h-x lang=en>"]
    + ["<svg>", "<math>", "<select>", "<title>", "<textarea>", "<template>", "<plaintext>", "</form>", "<body>"]
    + [
        "x",
        " ",
        "\n",
        "<",
        ">",
        "&",
        '"',
        "&lt;b&gt;",
        "&amp;lt;",
        "<!--",
        "-->",
        "<![CDATA[",
        "\x00",
        "\ud800",
        "&nbsp;",
    ]
)
MARKUP = st.lists(PIECES, max_size=30).map("".join)


class Reader(HTMLParser):
    """Every tag with its attributes, and all visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str, tags: frozenset[str] = ARTICLE_TAGS) -> None:
    for tag, attributes in Reader(html).elements:
        assert tag in tags | {"span"}
        for name, value in attributes.items():
            assert not name.startswith(("on", "data-")), (tag, name)
            assert name not in {"style", "name", "target", "srcset", "srcdoc", "autoplay", "cite", "form"}, (tag, name)
            if name == "href":
                assert safe_link(value or "") == value
            if name in {"src", "poster"}:
                assert own_media(value or "")
            if name == "id":
                assert (value or "").startswith(("h-", "fn-", "fnref-"))


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_hostile_is_left(html: str) -> None:
    assert_harmless(sanitize(html))
    assert_harmless(sanitize_comment(html), COMMENT_TAGS)


@given(MARKUP)
def test_an_article_is_harmless_and_cleaning_it_again_changes_nothing(html: str) -> None:
    once = sanitize(html)

    assert_harmless(once)
    assert sanitize(once) == once


@given(MARKUP)
def test_a_comment_is_harmless_and_cleaning_it_again_changes_nothing(html: str) -> None:
    once = sanitize_comment(html)

    assert_harmless(once, COMMENT_TAGS)
    assert sanitize_comment(once) == once


@given(st.text())
def test_any_text_at_all_is_taken(text: str) -> None:
    assert sanitize(sanitize(text)) == sanitize(text)


def test_the_whole_hostile_corpus_is_harmless(shared_data: Path) -> None:
    lines = (shared_data / "hostile" / "xss.jsonl").read_text("utf-8").splitlines()
    payloads = [json.loads(line)["p"] for line in lines]

    assert len(payloads) > 100
    for payload in payloads:
        for html in (payload, f'<p title="{payload}">{payload}', f"<table>{payload}<tr>{payload}", f"<pre>{payload}"):
            once = sanitize(html)
            assert_harmless(once)
            assert sanitize(once) == once
            assert_harmless(sanitize_comment(html), COMMENT_TAGS)


@pytest.mark.parametrize("tag", ["script", "style", "SCRIPT"])
def test_the_text_of_scripts_and_styles_goes_with_them(tag: str) -> None:
    assert sanitize(f"<p>a</p><{tag} type=x>alert('<b>1</b>')</{tag} ><p>b</p>") == "<p>a</p><p>b</p>"


def test_unknown_tags_go_and_their_words_stay() -> None:
    assert sanitize("<p><font color=red>Old <blink>times</blink></font> <o:p>x</o:p></p>") == "<p>Old times x</p>"


def test_an_unfinished_script_does_not_swallow_the_article() -> None:
    assert (
        sanitize("<p>Use the <script> tag.</p><p>And this stays.</p>") == "<p>Use the  tag.</p><p>And this stays.</p>"
    )


def test_pictures_load_late_and_code_can_be_scrolled_by_keyboard() -> None:
    assert sanitize('<img src="/media/a.png" alt="" loading="eager">') == (
        '<img src="/media/a.png" alt="" loading="lazy" decoding="async">'
    )
    assert sanitize("<pre>\n\n  x</pre>") == '<pre tabindex="0">  x</pre>'


def test_the_page_keeps_h1_for_its_own_title() -> None:
    assert sanitize("<h1 id='x'>Title</h1>") == "<h2>Title</h2>"


@pytest.mark.parametrize("tag", sorted(CLASSES))
def test_only_the_classes_of_the_theme_stay(tag: str) -> None:
    wanted = sorted(CLASSES[tag])[0]
    html = f'<{tag} class="modal {wanted} btn">x</{tag}>'
    framed = f"<table><tbody><tr>{html}</tr></tbody></table>" if tag in ("td", "th") else html

    assert f'<{tag} class="{wanted}">' in sanitize(framed)
    assert "class" not in sanitize(framed.replace(wanted, "admin"))


def test_ids_name_nothing_that_a_script_could_read() -> None:
    html = '<h2 id="h-tides">a</h2><h2 id="cookie">b</h2><li id="fn-1">c</li><a id="location" href="/">d</a>'

    assert [attributes.get("id") for _, attributes in Reader(sanitize(html)).elements] == [
        "h-tides",
        None,
        "fn-1",
        None,
    ]


def test_what_authors_leave_open_is_closed_where_a_browser_would() -> None:
    assert sanitize("<ul><li>a<li>b</ul>") == "<ul><li>a</li><li>b</li></ul>"
    assert sanitize("<p>a<p><b>b") == "<p>a</p><p><b>b</b></p>"
    assert sanitize("<dl><dt>a<dd>b<dt>c</dl>") == "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"
    assert sanitize("<table><tr><td>1<td>2<tr><th>3</table>") == (
        "<table><tbody><tr><td>1</td><td>2</td></tr><tr><th>3</th></tr></tbody></table>"
    )


def test_words_stay_where_nesting_is_cut() -> None:
    html = sanitize("<div>" * 500 + "<p>deep</p>" + "</div>" * 500 + "<p>after</p>")

    assert Reader(html).text == "deepafter"
    assert len(Reader(html).elements) < 50


def calls_of(work: Callable[[], str]) -> tuple[int, str]:
    """How many functions are called on the way, which is the same on every machine; and what comes of it."""
    calls = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        result = work()
    finally:
        sys.setprofile(None)
    return calls, result


@pytest.mark.parametrize(
    "unit",
    [
        "<div>", "<b>", "<ul><li>", "<table><tr><td>", "<li><dt>", "<a>", "<a><b><p>", "<b><p></b>", "<p><b title=a>x",
        "<", "&", "<a ", '<a "', "<a href='", "<!--", "<![CDATA[", "<?", "</", "</p>", "<script>", "<pre>\n", "<svg>",
        "<table><b>x", "<ruby><rt>", "<h2><b>", "<video src=//a/b>", "&lt;", "<x y=z",
    ],
)  # fmt: skip
def test_hostile_markup_costs_little_and_does_not_grow(unit: str) -> None:
    html = "<i lang=a>" * 20 + unit * (10_000 // len(unit))

    cost, clean = calls_of(lambda: sanitize(html))

    assert cost < MOST_CALLS
    assert len(clean) < 6 * len(html)


def test_a_text_of_nothing_but_signs_costs_as_its_length_and_not_as_its_square() -> None:
    few, _clean = calls_of(lambda: sanitize("&amp;" * 15_000))
    many, _clean = calls_of(lambda: sanitize("&amp;" * 60_000))

    assert many < 5 * few


def test_formatting_left_open_is_not_repeated_for_every_paragraph() -> None:
    html = "".join(f"<p><b lang=a{number}>x" for number in range(2_000))

    assert len(sanitize(html)) < len(html)


@pytest.mark.parametrize("address", NO_WEB_ADDRESSES)
def test_what_is_no_whole_address_of_the_web(address: str) -> None:
    assert not is_web(address)


@pytest.mark.parametrize("address", ["https://a.example", "http://a.example:8080/b?c=d e#f".replace(" ", "+")])
def test_what_is_a_whole_address_of_the_web(address: str) -> None:
    assert is_web(address)


def test_a_picture_elsewhere_is_a_link_though_its_name_has_a_blank() -> None:
    assert sanitize('<img src="https://a.example/my boat.png" alt="Boat">') == (
        '<a href="https://a.example/my%20boat.png">Boat</a>'
    )
