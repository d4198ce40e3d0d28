"""Words that readers may have meant: one letter wrong, missing, too many, or two of them swapped.

A word is kept once under each of its keys: its beginning, and its beginning without one of its letters. Two words that
are one such mistake apart share a key. A word that no text has any more stays until the index is made again: it finds
nothing, and so it is never shown.
"""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, Text, column, select, table, text
from sqlalchemy.orm import Session

from cms.search.among import among_given

TABLE = "search_words"
#: A shorter word has too many neighbours; a longer one is not typed by hand.
LEAST, MOST = 5, 40
#: Letters that keys are made of.
BEGINNING = 8
#: Different words of one text that are learnt, at most.
MOST_OF_A_TEXT = 5_000
#: Rows that share the keys of a question are read no further, and no more words than this stand for one.
MOST_READ, MOST_NEAR = 2_000, 12
AT_ONCE = 5_000


def worth_learning(words: Iterable[str]) -> list[str]:
    """The words of one text that a reader may mistype; numbers and names of parts are not corrected."""
    fit = (word for word in dict.fromkeys(words) if LEAST <= len(word) <= MOST and word.isalpha())
    return [word for word, _number in zip(fit, range(MOST_OF_A_TEXT), strict=False)]


def learn(session: Session, words: Iterable[str]) -> None:
    """Keep the words that are new. No constraint makes writers wait for one another; one that is kept twice is once."""
    for some in _in_parts(sorted(set(words))):
        rows = [[key, word] for word in unlearnt(session, some) for key in sorted(keys_of(word))]
        if rows:
            session.execute(text(_statement(session, LEARN)), {"rows": json.dumps(rows)})


def forget_all(session: Session) -> None:
    """Before the index is made again."""
    session.execute(text("DELETE FROM search_words"))


def unlearnt(session: Session, words: Sequence[str]) -> list[str]:
    """Those of the words that nobody would be led to."""
    pairs = json.dumps([[word[:BEGINNING], word] for word in words])
    known = set(session.execute(text(_statement(session, KNOWN)), {"rows": pairs}).scalars())
    return [word for word in words if word not in known]


def sharing(*, is_sqlite: bool) -> Select[str]:
    """Words that share one of the `keys` that it is given, `listed`, for `near` to choose from."""
    its = table(TABLE, column("key", Text), column("word", Text)).c
    return select(its.word).distinct().where(among_given(its.key, "keys", is_sqlite=is_sqlite)).limit(MOST_READ)


def keys_of_all(words: Iterable[str]) -> list[str]:
    """None where none of the words is corrected."""
    return sorted({key for word in _correctable(words) for key in keys_of(word)})


def near(words: Iterable[str], known: Iterable[str]) -> dict[str, list[str]]:
    """For each word of at least four letters, those of the known ones that it may have been meant as."""
    known = list(known)
    lists = {word: sorted(other for other in known if is_near(word, other))[:MOST_NEAR] for word in _correctable(words)}
    return {word: others for word, others in lists.items() if others}


def _correctable(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if LEAST - 1 <= len(word) <= MOST + 1]


def keys_of(word: str) -> set[str]:
    beginning = word[:BEGINNING]
    return {beginning} | {beginning[:at] + beginning[at + 1 :] for at in range(len(beginning))}


def is_near(one: str, other: str) -> bool:
    """Whether a single mistake makes one of the other."""
    short, long = sorted((one, other), key=len)
    if short == long or len(long) - len(short) > 1:
        return False
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    is_swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return is_swapped or short[at + 1 :] == long[at + 1 :]


def _in_parts(words: list[str]) -> Iterable[list[str]]:
    return (words[first : first + AT_ONCE] for first in range(0, len(words), AT_ONCE))


#: Lists travel as one value of JSON, however long they are; how it is taken apart differs.
LEARN = "INSERT INTO search_words (key, word) SELECT {key}, {word} FROM {rows}"
KNOWN = "SELECT its.word FROM {rows} JOIN search_words AS its ON its.key = {key} AND its.word = {word}"
_SQLITE = {
    "rows": "json_each(:rows) AS one",
    "key": "json_extract(one.value, '$[0]')",
    "word": "json_extract(one.value, '$[1]')",
}
_POSTGRESQL = {
    "rows": "json_array_elements(CAST(:rows AS json)) AS one(value)",
    "key": "(one.value ->> 0)",
    "word": "(one.value ->> 1)",
}


def _statement(session: Session, pattern: str) -> str:
    return pattern.format(**(_SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRESQL))
