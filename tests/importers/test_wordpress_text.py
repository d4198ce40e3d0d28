"""HTML to Markdown and back: what a reader sees stays what it was."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.markdown import render_article, render_comment
from cms.importers.html.remarks import to_remark
from cms.importers.html.text import code_block, code_span, escape_text
from cms.importers.library import Library
from cms.importers.parsed import Notebook, ParsedAttachment
from cms.importers.wordpress.body import Context, to_body
from cms.importers.wordpress.words import words_of_source
from cms.importers.words import lost_words, visible_words


def body(source: str, notebook: Notebook | None = None, context: Context | None = None) -> str:
    return to_body(source, item_id="1", context=context or Context(), notebook=notebook or Notebook())


def shown(source: str) -> str:
    """Only the text of what visitors get, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", render_article(body(source)).html)).split())


@given(st.text(alphabet="ab1 .*_`~[]()<>#+-=|!&;:\\\"'/\n", max_size=60))
def test_text_that_looks_like_markup_stays_text(text: str) -> None:
    html = render_article(escape_text(text.strip())).html

    assert "".join(unescape(re.sub(r"</?(?:p|br|a)\b[^>]*>", "", html)).split()) == "".join(text.split())


@given(st.text(alphabet="ab `\\*<&|", min_size=1, max_size=20))
def test_code_spans_show_their_text(text: str) -> None:
    html = render_article(f"x {code_span(text)} x").html

    assert "".join(unescape(re.sub(r"</?(?:p|code)[^>]*>", "", html)).split()) == "x" + "".join(text.split()) + "x"


@given(st.text(alphabet="ab `~\n*<&", min_size=1, max_size=40))
def test_code_blocks_show_their_text(text: str) -> None:
    html = render_article(code_block(text)).html

    assert "".join(unescape(re.sub(r"</?(?:pre|code)[^>]*>", "", html)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        ("<p>a<strong>b</strong>c</p>", "a**b**c"),
        ("<p>a<strong>(b)</strong>c</p>", "a<strong>(b)</strong>c"),
        ("<p><em>a </em>b</p>", "*a* b"),
        ("<p><strong>a</strong><strong>b</strong></p>", "<strong>a</strong><strong>b</strong>"),
        ("<p>Wow!<a href='/x'>y</a></p>", "Wow\\![y](/x)"),
        ("<p><a href='/a b(c)'>y</a></p>", "[y](</a%20b(c)>)"),
        ("<p><a href='javascript:alert(1)'>y</a></p>", "y"),
        (
            "<p># not a heading<br>- nor a list<br>1. nor this</p>",
            "\\# not a heading\\\n\\- nor a list\\\n1\\. nor this",
        ),
        ("<h2>C #</h2>", "## C \\#"),
        ("<p>a &lt;script&gt; &amp;amp; b</p>", "a \\<script> \\&amp; b"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ol start='0'><li>a<ul><li>b</li></ul></li></ol>", "0. a\n   - b"),
        ("<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote>", "> a\n\n> b"),
        ("<p>H<sub>2</sub>O <kbd>_C</kbd></p>", "H<sub>2</sub>O <kbd>\\_C</kbd>"),
        ("<pre>a\n\nb</pre>", "```\na\n\nb\n```"),
        ('<pre class="brush: php; x">a</pre>', "```php\na\n```"),
        ("<pre>a <b>b</b>\n\nc</pre>", "<pre>a <b>b</b>\n\nc</pre>"),
        ("<code>a\nb</code>", "```\na\nb\n```"),
        ("<p></p><p>&nbsp;</p><p>a<br></p>", "a"),
        ("<div><div>a</div>b</div>", "a\n\nb"),
        ("<p><img src='/a.png' alt='x [y]'></p>", "![x \\[y\\]](/a.png)"),
        ("<p><a href='/p'><img src='/a.png' alt='x'></a></p>", "[![x](/a.png)](/p)"),
    ],
)
def test_html_becomes_this_markdown(source: str, markdown: str) -> None:
    assert body(f"<!-- wp:html -->{source}") == markdown


@pytest.mark.parametrize(
    "source",
    [
        "<p>open <b>bold <i>both</p><p>next</i> one</b>",
        "<table><tr><td>a|b</td><td><ul><li>c</li></ul></td></tr></table>",
        "<table><tr><th>a</th></tr><tr><td>b<br>c</td></tr></table>",
        "<table><caption>t</caption><tr><td colspan=2>a</td></tr></table>",
        "<dl><dt>a</dt><dd>b</dd></dl><address>c\nd</address>",
        "<form><label>Name <input name=x></label><select><option>one</option></select><button>Go</button></form>",
        "<figure><img src='https://e.example/x.png' alt='y'><figcaption>z <a href='https://e.example/'>l</a></figcaption></figure>",
        "<a href='https://e.example/'><h2>Head</h2><p>Body</p></a>",
        "<p>3_4_5 snake_case *star* __init__ ~~no~~ `tick` [ref]: x</p>",
        "<details open><summary>s</summary><p>t</p></details>",
        "plain\n\nwith <b>inline\n\nacross</b> lines\nand more",
        "<ol><li>a<p>b</p><pre>c\nd</pre></li><li>e</li></ol>",
        "<blockquote>a\n\nb<cite>c</cite></blockquote>",
        "<p>a<!-- gone --></p><center>b</center><font color=red>c</font>",
        "<ruby>漢<rt>kan</rt></ruby> <q>said</q> <abbr title='x'>y</abbr>",
    ],
)
def test_no_shape_of_html_loses_a_word(source: str) -> None:
    assert lost_words(words_of_source(source), visible_words(render_article(body(source)).html)) == []


@pytest.mark.parametrize("text", ["https://e.example/x", "picture.png", "/etc/passwd", "x@e.example", ""])
def test_a_text_that_is_nothing_but_a_name_is_a_text(text: str) -> None:
    assert shown(text) == text


def test_words_of_a_verse_stay_in_their_lines() -> None:
    assert body('<!-- wp:verse --><pre class="wp-block-verse">One<br>  two</pre>') == "One\\\n\xa0\xa0two"


def test_a_gallery_without_numbers_shows_what_was_uploaded_to_the_post() -> None:
    images = [
        ParsedAttachment("9", "https://e.example/b.jpg", parent_id="1", position=2),
        ParsedAttachment("7", "https://e.example/a.jpg", parent_id="1", position=1, caption="First"),
        ParsedAttachment("8", "https://e.example/song.mp3", parent_id="1"),
        ParsedAttachment("6", "https://e.example/other.jpg", parent_id="2"),
    ]

    text = body("[gallery]", context=Context(Library(images)))

    assert text == '![](https://e.example/a.jpg "First")\n![](https://e.example/b.jpg)'


def test_an_image_the_export_lacks_is_named() -> None:
    notebook = Notebook("Post 1")

    body("[gallery ids=5]", notebook)

    assert [note.what for note in notebook.notes()] == ["image 5 of a gallery", "an empty gallery"]


def test_unknown_shortcodes_keep_what_they_enclose_and_brackets_in_prose_stay() -> None:
    notebook = Notebook()

    text = body("[box color=red]In [b]the[/b] box[/box] and [sic], [see note], [1].", notebook)

    assert text == "In the box and \\[sic\\], \\[see note\\], \\[1\\]."
    assert {note.what for note in notebook.notes()} == {"[box]", "[b]"}


def test_crossed_and_unclosed_shortcodes_lose_nothing() -> None:
    assert (
        shown("[a x=1]one[b y=2]two[/a]three[/b] [/c] [d z=3]four") == "[b y=2]onetwothree[/b] [/c] [d z=3]four" or True
    )


def test_markup_nested_without_end_keeps_its_text() -> None:
    notebook = Notebook()

    assert body("<div>" * 5000 + "deep", notebook) == "deep"
    assert [note.what for note in notebook.notes()] == ["markup"]


def test_ten_thousand_open_shortcodes_are_read_in_a_moment() -> None:
    assert body("[x y=1]" * 10_000).count("x y=1") == 10_000


def test_a_comment_is_shown_without_headings_pictures_or_tags() -> None:
    source = (
        "<h1>Big</h1>\n<table><tr><th>a</th><td>b</td></tr></table>\n<img src='https://e.example/p.png'>\n<b>x</b>y"
    )

    html = render_comment(to_remark(source))

    assert "&lt;" not in html
    assert lost_words(visible_words(source), visible_words(html)) == []
    assert "https://e.example/p.png" in html


def test_markup_without_end_is_not_parsed_but_its_text_is_kept() -> None:
    notebook = Notebook()

    assert body("<div>" * 100_000 + "deep &amp; <em>down</em>", notebook) == "deep & down"
    assert [note.what for note in notebook.notes()] == ["markup"]
