"""Markdown of editors and visitors becomes the HTML that the theme knows."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.markdown import Heading, render_article, render_comment
from cms.core.markdown_code import LANGUAGES, highlight, pygments_css
from cms.core.sanitize import sanitize, sanitize_comment
from tests.growth import assert_grows_in_step

STATIC = Path(__file__).parents[2] / "cms" / "static"


def html(source: str) -> str:
    return render_article(source).html.strip()


def test_the_highest_heading_becomes_h2_and_the_others_follow() -> None:
    assert render_article("# One\n## Two\n# One").headings == (
        Heading(2, "h-one", "One"),
        Heading(3, "h-two", "Two"),
        Heading(2, "h-one-1", "One"),
    )
    assert html("## One\n#### Three") == '<h2 id="h-one">One</h2>\n<h4 id="h-three">Three</h4>'


def test_every_heading_has_an_id_of_its_own() -> None:
    article = render_article("# a\n# a\n# a 1\n# a\n# ![pic](/media/x.png)\n# a 1 1\n# 😀\n# `code` & [link](/x)")

    ids = [heading.id for heading in article.headings if heading.id]
    assert len(ids) == len(set(ids)) == 7
    assert all(f'id="{name}"' in article.html for name in ids)
    assert article.headings[-1].text == "code & link"


def test_a_link_to_the_top_stays_one_whatever_a_heading_is_called() -> None:
    assert html("[top](#) [dash](#-)\n\n## Section").startswith('<p><a href="#">top</a> <a href="#-">dash</a></p>')


def test_links_written_for_other_systems_find_their_heading() -> None:
    assert html("[a](#Core-Concepts) [b](#nowhere)\n\n## Core Concepts").startswith(
        '<p><a href="#h-core-concepts">a</a> <a href="#nowhere">b</a></p>'
    )


def test_a_picture_alone_is_a_figure_and_its_title_the_caption() -> None:
    article = render_article('![Quay](/media/q.jpg "At low *water*")', lambda src: (800, 600))

    assert article.html == (
        '<figure><img src="/media/q.jpg" alt="Quay" width="800" height="600" loading="lazy" decoding="async">'
        "<figcaption>At low *water*</figcaption>\n</figure>\n"
    )


def test_pictures_together_are_a_gallery_and_a_linked_one_keeps_its_link() -> None:
    two = html('![a](/media/a.jpg)\n[![b](/media/b.jpg "c")](/media/b-large.jpg)')

    assert two.startswith('<div class="gallery">')
    assert two.count("<figure>") == 2
    assert '<figure><a href="/media/b-large.jpg"><img src="/media/b.jpg"' in two
    assert "<figcaption>c</figcaption>" in two


def test_a_picture_among_words_stays_among_them() -> None:
    assert html('An ![icon](/media/i.png "tip") here') == (
        '<p>An <img src="/media/i.png" alt="icon" title="tip" loading="lazy" decoding="async"> here</p>'
    )


def test_a_table_scrolls_in_a_named_region_and_aligns_by_class() -> None:
    table = html("| Day | Late |\n|:-:|--:|\n| Monday | 14 |\n\n| x |\n|---|")

    assert 'role="region" tabindex="0" aria-label="Table 1: Day, Late"' in table
    assert 'aria-label="Table 2: x"' in table
    assert '<th class="align-center" scope="col">Day</th>' in table
    assert '<td class="align-right">14</td>' in table


def test_notes_lead_there_and_back() -> None:
    notes = html("One[^a], again[^a], two^[inline].\n\n[^a]: The *note*.")

    assert set(re.findall(r'href="#([^"]+)"', notes)) == set(re.findall(r' id="([^"]+)"', notes))
    assert '<section class="notes" aria-label="Notes"><h2>Notes</h2>' in notes


def test_tasks_notices_and_struck_text_are_shown() -> None:
    assert '<li class="task done">☑ a</li>\n<li class="task">☐ b</li>' in html("- [x] a\n- [ ] b")
    assert html("> [!WARNING]\n> Mind") == '<aside class="note note-warning">\n<b>Warning</b>\n<p>Mind</p>\n</aside>'
    assert html("~~a~~ H~2~O") == "<p><s>a</s> H~2~O</p>"


def test_addresses_become_links_and_file_names_do_not() -> None:
    assert html("https://example.org/a?b=1&c=2 desk@example.org config.py README.md ftp://x.example").count("<a ") == 2


def test_inline_html_of_the_short_list_is_kept_and_other_tags_lose_only_themselves() -> None:
    source = "H<sub>2</sub>O <kbd>Ctrl</kbd> <mark>m</mark> <blink>b</blink> <script>alert(1)</script>"
    assert html(source) == "<p>H<sub>2</sub>O <kbd>Ctrl</kbd> <mark>m</mark> b </p>"
    assert html("<details><summary>More</summary>\n\n*Hidden*\n\n</details>") == (
        "<details><summary>More</summary>\n<p><em>Hidden</em></p>\n</details>"
    )


def test_code_is_coloured_from_its_own_text() -> None:
    code = html('```Python title="x"\nif a < "&lt;":  # <b>\n```')

    assert code == (
        '<pre tabindex="0"><code class="language-python"><span class="tok-keyword">if</span> a &lt; '
        '<span class="tok-string">"&amp;lt;"</span>:  <span class="tok-comment"># &lt;b&gt;</span>\n</code></pre>'
    )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_colouring_never_changes_the_code(language: str) -> None:
    block = (
        f'<pre><code class="language-{language}">\n&lt;a href="x"&gt; {{{{ b }}}} &amp;amp; # c\n\t1\n\n</code></pre>'
    )

    assert re.sub(r"</?span[^>]*>", "", highlight(block)) == block


@given(st.text(alphabet="ab1 \n\t\r\"'<>&#/*(){}=;:.-_\\`é\xa0"))
def test_colouring_any_text_shows_that_text(code: str) -> None:
    shown = html(f"```js\n{code.replace('`', '')}\n```")

    assert unescape(re.sub(r"<[^>]*>", "", shown)).strip() == re.sub(r"\r\n?", "\n", code.replace("`", "")).strip()


def test_authors_cannot_write_the_classes_of_code() -> None:
    assert html('<span class="tok-keyword">x</span>') == "<p>x</p>"
    assert "<span" not in html('<pre><code class="language-python">if <b>x</b></code></pre>')


def test_code_that_would_be_slow_to_colour_stays_plain() -> None:
    for code in ("a\n" * 4_000, "x" * 2_000, "if\n" + "\n" * 500 + "x", "if x: 1\n" * 3_000):
        assert "tok-" not in html(f"```java\n{code}```")


def test_an_article_knows_its_words_and_how_it_begins() -> None:
    article = render_article("## Title\n\n![x](/media/x.png)\n\nFirst *one*[^1]\nhere.\n\nSecond.\n\n[^1]: Note.")

    assert article.lead == "First one here."
    assert article.words == len("Title First one here. Second. Notes Note.".split())


def test_an_empty_article_is_empty() -> None:
    assert render_article("") == render_article("\n \n")
    assert render_article("").html == ""
    assert render_article("").headings == ()


def test_a_comment_has_paragraphs_emphasis_code_quotes_lists_and_links() -> None:
    comment = render_comment("*a* **b** `c`\nnext\n\n> q\n\n- l\n\n[x](https://example.org) https://example.com")

    assert comment.startswith("<p><em>a</em> <strong>b</strong> <code>c</code><br>\nnext</p>")
    assert "<blockquote>\n<p>q</p>" in comment
    assert "<li>l</li>" in comment
    assert comment.count('rel="nofollow ugc noopener noreferrer"') == 2


@pytest.mark.parametrize(
    ("source", "comment"),
    [
        ("# x", "<p># x</p>"),
        ("x\n---", "<p>x<br>\n---</p>"),
        ("<b>x</b> <!-- y -->", "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- y --&gt;</p>"),
        ("    four", "<p>four</p>"),
        ("|a|\n|-|", "<p>|a|<br>\n|-|</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("", ""),
    ],
)
def test_a_comment_has_nothing_else(source: str, comment: str) -> None:
    assert render_comment(source).strip() == comment


def test_a_comment_shows_no_pictures() -> None:
    assert "<img" not in render_comment("![x](/media/x.png) <img src=/media/x.png>")


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# ", "> ", "- ", "1. ", "- [x] ", "    ", "```\n", "```html\n", "|", "|-|", "\n", "\n\n", "*", "**", "_",
            "[", "`", "](", ")", "![", "[^1]", "[^1]: ", "^[", "<", ">", "<b>", "</b>", "<p>", "<div>\n", "</div>",
            "<pre>", "<img ", "src=x ", "onerror=alert(1)>", "<script>", "</script>", "javascript:",
            "https://a.example", "&lt;", '"', "x", " ", "<details>", "<!--", "-->", "<table><tr>", "\\", "[!NOTE]",
            "/media/a.png", "é", "\x00", "\ud800",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(MARKDOWN)
def test_whatever_is_written_the_result_is_already_clean(source: str) -> None:
    assert sanitize(html(source)) == html(source)
    assert sanitize_comment(render_comment(source)) == render_comment(source)


@pytest.mark.parametrize("unit", ["[", "![", "[a][", "^[", "^[a ", "[^", "://"])
def test_tangled_text_costs_little(unit: str) -> None:
    """Sought without a bound, the pairs in these take a quarter of a minute."""
    assert_grows_in_step(render_article, unit)


def test_no_word_is_lost_in_a_tangled_paragraph_or_a_deep_list() -> None:
    deep = "\n".join("  " * depth + f"- word{depth}" for depth in range(25))

    assert "[a [a" in html("[a " * 1_000)
    assert all(f"word{depth}" in html(deep) for depth in range(25))


def test_threads_do_not_disturb_one_another() -> None:
    sources = [
        f"# H{n}\n\n*{n}* https://example.org/{n}[^1]\n\n```python\nx = {n}\n```\n\n[^1]: {n}" for n in range(40)
    ]
    alone = [render_article(source) for source in sources]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(render_article, sources)) == alone


def test_a_long_real_article_is_rendered_whole(shared_data: Path) -> None:
    source = (shared_data / "markdown" / "flask-deep-dive.md").read_text("utf-8").split("---", 2)[2]

    article = render_article(source)

    assert len(article.headings) > 100
    assert article.html.count("<pre") == article.html.count("</pre>") > 100
    assert '<a href="#h-core-concepts">Core Concepts</a>' in article.html
    assert sanitize(article.html) == article.html


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_colours_of_code_can_be_read_on_every_ground_of_the_theme() -> None:
    tokens = (STATIC / "tokens.css").read_text("utf-8")
    grounds = re.findall(r"--(?:paper|surface|sunken): light-dark\((#\w{6}), (#\w{6})\)", tokens)
    colours = re.findall(r"light-dark\((#\w{6}), (#\w{6})\)", pygments_css())

    assert len(grounds) == 3
    for colour in colours:
        for ground in grounds:
            assert contrast(colour[0], ground[0]) >= 4.5, (colour, ground)
            assert contrast(colour[1], ground[1]) >= 4.5, (colour, ground)


def test_the_stylesheet_in_the_static_folder_is_the_generated_one() -> None:
    assert (STATIC / "pygments.css").read_text("utf-8") == pygments_css()
