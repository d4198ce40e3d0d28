"""What every template keeps to: all words through gettext, and nothing inline that a strict policy refuses."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

TEMPLATES = sorted(Path(__file__).resolve().parents[1].glob("cms/**/templates/**/*.html"))
SHOWN_ATTRIBUTES = re.compile(r'\b(?:aria-label|alt|title|placeholder)="([^"{]*[^\W\d_]{2}[^"{]*)"')
TAGS = re.compile(r"<!--.*?-->|<[^>]*>?|^[^<]*>|[\w-]+=\"[^\"]*\"", re.S)
#: Names that are the same in every language.
#: And the class that a block of ours holds by itself.
NAMES = {"Copydesk", "kbd", "Ctrl", "Markdown", "narrow"}
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])


@pytest.fixture(params=TEMPLATES, ids=lambda path: path.name)
def template(request: pytest.FixtureRequest) -> str:
    return request.param.read_text("utf-8")


def test_every_word_goes_through_gettext(template: str) -> None:
    tree = ENVIRONMENT.parse(template)
    # Expressions become a mark, so that a tag that spans several pieces is still seen whole.
    text = "".join(
        piece.data if isinstance(piece, nodes.TemplateData) else "\x00"
        for output in tree.find_all(nodes.Output)
        for piece in output.nodes
    )
    words = {word for word in re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", TAGS.sub(" ", text)))}

    assert words - NAMES == set()


def test_every_shown_attribute_goes_through_gettext(template: str) -> None:
    assert SHOWN_ATTRIBUTES.findall(template) == []


def test_nothing_is_inline(template: str) -> None:
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", template)
    assert set(scripts) <= {'<script type="application/ld+json">'}, "only data that no browser runs"
    assert re.findall(r"""\s(?:on[a-z]+|style)=["']""", template) == []
    assert "<style" not in template
    assert "javascript:" not in template
