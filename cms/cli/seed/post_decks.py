"""What posts draw from, laid out."""

from random import Random

from sqlalchemy import Table
from sqlalchemy.orm import Session

from cms.cli.seed import decks, words
from cms.cli.seed.fates import fates
from cms.cli.seed.texts import Body, bodies, indexed
from cms.core.text import slugify
from cms.search import learn, worth_learning
from cms.taxonomy.models import Tag

FATES, WRITERS, SUBJECTS = 499, 103, 307
FEW_BODIES, MANY_BODIES, FEW_POSTS = 211, 2_003, 5_000
#: The parts of a title: with so many words to choose from, one comes again after eight million.
PARTS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (decks.OPENINGS, words.OPENINGS),
    (decks.ADJECTIVES, words.ADJECTIVES),
    (decks.NOUNS, words.NOUNS),
    (decks.PLACES, words.PLACES),
)


def lay_decks(session: Session, random: Random, count: int, *, writers: list[int], tags: list[Tag]) -> int:
    """Everything that posts draw from; returns how many texts there are."""
    for deck, parts in PARTS:
        shuffled = random.sample(parts, len(parts))
        cards = [{"text": part, "slug": slugify(part, fallback=""), "index": indexed(part)} for part in shuffled]
        decks.lay(session, deck, cards)
    _lay_fates(session, random)
    _lay_subjects(session, random, tags)
    chosen = random.choices(writers, _falling(len(writers)), k=WRITERS)
    decks.lay(session, decks.WRITERS, ({"user_id": user_id} for user_id in chosen))
    texts = bodies(random, FEW_BODIES if count < FEW_POSTS else MANY_BODIES)
    _teach(session, texts)
    return decks.lay(session, decks.BODIES, map(vars, texts))


def _teach(session: Session, texts: list[Body]) -> None:
    """All words that readers will see are on the cards: none is looked for in a million posts."""
    titles = (indexed(part) for _deck, parts in PARTS for part in parts)
    seen = (word for text in (*titles, *(one.public_index for one in texts)) for word in text.split())
    learn(session, worth_learning(seen))


def _lay_fates(session: Session, random: Random) -> None:
    every = fates(random, FATES)
    decks.lay(session, decks.FATES, (fate.card() for fate in every))
    seen = ({"fate": number, **vars(one)} for number, fate in enumerate(every) for one in fate.showings)
    decks.lay(session, decks.SHOWINGS, seen)


def _lay_subjects(session: Session, random: Random, tags: list[Tag]) -> None:
    weights = _falling(len(tags))
    drawn = [
        {tag.id: tag.name for tag in random.choices(tags, weights, k=random.choice((0, 1, 2, 2, 3, 5)))}
        for _ in range(SUBJECTS)
    ]
    decks.lay(session, decks.SUBJECTS, ({"names": sorted(chosen.values())} for chosen in drawn))
    members = ({"subject": number, "tag_id": tag_id} for number, chosen in enumerate(drawn) for tag_id in chosen)
    decks.lay(session, decks.SUBJECT_TAGS, members)


def _falling(count: int) -> list[float]:
    """Weights as people and subjects have them: the first counts most, and most count little."""
    return [1 / rank for rank in range(1, count + 1)]
