"""What a reader asked for, taken apart: terms that must all be there, each with the ways in which it may be written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cms.search.index import words_of
from cms.search.query import MAX_LENGTH, MAX_WORDS

#: The beginning of a word is enough from so many letters on, in a question of a few words and in a long one: fewer are
#: the beginning of half of all words.
LEAST_BEGINNING, LEAST_OF_MANY, FEW = 3, 5, 3
_PARTS = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True)
class Term:
    """Words that stand together, in the order that they were typed in; one that is `exact` stood between quotes."""

    words: tuple[str, ...]
    exact: bool = False
    beginning: bool = False
    #: Words that are meant perhaps, where a single one was typed.
    others: tuple[str, ...] = ()

    @property
    def correctable(self) -> str | None:
        """The word that may have been mistyped."""
        return self.words[0] if len(self.words) == 1 and not self.exact else None

    def __str__(self) -> str:
        return f'"{" ".join(self.words)}"' if self.exact else " ".join(self.words)


def wanted(query: str, *, is_typing: bool = False) -> list[Term]:
    """The terms of a question; of one that is still being typed, the last word has only begun."""
    terms: list[Term] = []
    for exact, loose in _PARTS.findall(" ".join(query[: MAX_LENGTH * 50].split())[:MAX_LENGTH]):
        if words := tuple(words_of(exact or loose)):
            terms.append(Term(words, bool(exact)))
    terms = list(dict.fromkeys(terms))[:MAX_WORDS]
    least = LEAST_BEGINNING if len(terms) <= FEW else LEAST_OF_MANY
    terms = [replace(term, beginning=not term.exact and len(term.words[-1]) >= least) for term in terms]
    if is_typing and terms and not terms[-1].exact:
        terms[-1] = replace(terms[-1], beginning=True)
    return terms


def respelled(terms: Sequence[Term], near: Mapping[str, Sequence[str]]) -> list[Term]:
    """The same question with the words that lie near those that were typed."""
    return [replace(term, others=tuple(near.get(term.correctable or "", ()))) for term in terms]


def in_fts5(terms: Sequence[Term]) -> str:
    return " AND ".join(f"({' OR '.join(_phrases(term))})" for term in terms)


def _phrases(term: Term) -> list[str]:
    """A whole word counts besides as its own beginning, and so for more than a longer one."""
    phrase = f'"{" ".join(term.words)}"'
    return [phrase, *([f"{phrase}*"] if term.beginning else []), *(f'"{word}"' for word in term.others)]


def in_tsquery(terms: Sequence[Term]) -> str:
    return " & ".join(f"({' | '.join(_lexemes(term))})" for term in terms)


def _lexemes(term: Term) -> list[str]:
    phrase = " <-> ".join(f"'{word}'" for word in term.words)
    return [f"({phrase}{':*' if term.beginning else ''})", *(f"'{word}'" for word in term.others)]
