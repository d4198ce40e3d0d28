"""Texts by the thousand, always the same ones: every draw comes from a random generator with a fixed seed."""

from dataclasses import dataclass
from random import Random
from typing import Any

from cms.cli.seed import words
from cms.core.markdown import render_article, render_comment
from cms.core.text import count_words, excerpt, plain_text
from cms.posts.actions.editions import EXCERPT
from cms.search import words_of

#: A share of posts has no summary: somebody has to be shown what is missing.
WITHOUT_SUMMARY = 0.12


@dataclass(frozen=True)
class Body:
    """A text of a post with all that is derived from it, as saving and publishing derive it."""

    body: str
    summary: str
    words: int
    html: str
    html_words: int
    headings: list[list[Any]]
    lead: str
    #: What the search index holds below the title: of the post, and of the edition.
    working_index: str
    public_index: str
    public_index_alone: str


@dataclass(frozen=True)
class Saying:
    """A text of a comment."""

    body: str
    html: str
    index: str


def bodies(random: Random, count: int) -> list[Body]:
    """Texts of posts, rendered."""
    return [_body(random) for _ in range(count)]


def sayings(random: Random, count: int, templates: tuple[str, ...]) -> list[Saying]:
    """Texts of comments, rendered."""
    return [_saying(random, templates) for _ in range(count)]


def indexed(*texts: str) -> str:
    """Texts as the search index takes them."""
    return " ".join(words_of("\n".join(texts)))


def _body(random: Random) -> Body:
    source = "\n\n".join(_blocks(random))
    summary = "" if random.random() < WITHOUT_SUMMARY else _filled(random, random.choice(words.SENTENCES))
    article = render_article(source)
    shown = plain_text(article.html)
    return Body(
        body=source,
        summary=summary,
        words=count_words(source),
        html=article.html,
        html_words=article.words,
        headings=[[heading.level, heading.id, heading.text] for heading in article.headings],
        lead=excerpt(article.lead, EXCERPT),
        working_index=indexed(summary, source),
        public_index=indexed(summary, shown),
        public_index_alone=indexed(shown),
    )


def _blocks(random: Random) -> list[str]:
    """Two to five paragraphs, some with a heading, a list or a quotation between them."""
    blocks = [_paragraph(random)]
    if random.random() < 0.4:
        blocks += [f"## {_filled(random, random.choice(words.HEADINGS))}", _paragraph(random)]
    blocks += [_paragraph(random) for _ in range(random.choice((0, 1, 1)))]
    extra = random.random()
    if extra < 0.2:
        blocks.append("\n".join(f"- The {random.choice(words.NOUNS)} {random.choice(words.PLACES)}" for _ in range(3)))
    elif extra < 0.35:
        blocks.append(f"> {_filled(random, random.choice(words.SENTENCES))}")
    return [*blocks, _filled(random, random.choice(words.CLOSINGS))]


def _paragraph(random: Random) -> str:
    chosen = random.sample(words.SENTENCES, random.choice((1, 1, 2)))
    return " ".join(_filled(random, sentence) for sentence in chosen)


def _saying(random: Random, templates: tuple[str, ...]) -> Saying:
    chosen = random.sample(templates, random.choice((1, 1, 2)))
    source = "\n\n".join(_filled(random, template) for template in chosen)
    return Saying(source, render_comment(source), indexed(source))


def _filled(random: Random, template: str) -> str:
    noun, other = random.sample(words.NOUNS, 2)
    text = template.format(
        adjective=random.choice(words.ADJECTIVES),
        noun=noun,
        other=other,
        place=random.choice(words.PLACES),
        person=random.choice(words.PEOPLE),
        number=random.randint(3, 90),
    )
    return text[0].upper() + text[1:]
