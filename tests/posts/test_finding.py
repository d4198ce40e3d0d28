"""A letter that is wrong, missing, too many or swapped still leads to the text that was meant, on both databases."""

import random
import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cms.cli.seed import words as vocabulary
from cms.posts import finding
from cms.posts.finding import Asked
from cms.posts.lifecycle import PUBLISHED
from tests.factories import Make
from tests.search.mistakes import MISTAKES


def varied(chance: random.Random, count: int) -> list[str]:
    titles: dict[str, None] = {}
    while len(titles) < count:
        parts = (vocabulary.OPENINGS, vocabulary.ADJECTIVES, vocabulary.NOUNS, vocabulary.PLACES)
        opening, adjective, noun, place = (chance.choice(words) for words in parts)
        titles[f"{opening} the {adjective} {noun} {place}"] = None
    return list(titles)


def test_nine_of_ten_mistyped_questions_find_their_post_among_the_first_five(
    session: Session, make: Make, now: datetime
) -> None:
    chance = random.Random(1805)
    author, titles = make.author(), varied(chance, 400)
    for number, title in enumerate(titles):
        make.post(title=title, author=author, status=PUBLISHED, published_at=now - timedelta(days=number * 7))

    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))  # as its autovacuum does within a minute, which sees nothing of a test
    missed = []
    for number in range(200):
        title, kind = chance.choice(titles), sorted(MISTAKES)[number % len(MISTAKES)]
        words = re.findall(r"\w+", title)
        spoilt = chance.choice([at for at, word in enumerate(words) if len(word) >= 5])
        words[spoilt] = MISTAKES[kind](words[spoilt], chance)
        shown = finding.find(session, Asked(" ".join(words)), now).hits[:5]
        if title not in [hit.title for hit in shown]:
            missed.append((kind, title, words[spoilt]))

    assert len(missed) <= 20, missed


@pytest.mark.parametrize("ask", ["find", "suggest"])
def test_postgresql_calls_no_process_for_help_until_the_reader_has_an_answer(
    session: Session, now: datetime, ask: str
) -> None:
    if ask == "find":
        finding.find(session, Asked("boat"), now)
    else:
        finding.suggest(session, "boat", now, most=8)

    if session.get_bind().dialect.name == "postgresql":
        helpers = text("SHOW max_parallel_workers_per_gather")
        assert session.scalar(helpers) == "0"
        session.rollback()
        assert session.scalar(helpers) != "0"
