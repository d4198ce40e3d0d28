"""The piece of a text in which a reader finds their words again, with the words marked."""

import re
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from cms.core.text import plain_text
from cms.posts.shown import Story
from cms.search import Term, words_of

#: What a piece shows, and how much of it stands before the first word that was found.
LENGTH, BEFORE = 240, 60
#: Of a long text only its beginning is looked through.
LOOKED_THROUGH = 60_000
#: A letter with whatever marks stand on it.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


class Marks:
    """The words of one question."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._whole = {word: at for at, term in enumerate(terms) for word in (*term.words, *term.others)}
        self._begun = {term.words[-1]: at for at, term in enumerate(terms) if term.beginning}
        #: A text says most of its words more than once, and ten of them say the same.
        self._known: dict[str, int | None] = {}

    def line(self, text: str) -> Markup:
        """All of it."""
        return _marked(text, self._found(text))

    def piece(self, edition: Story) -> Markup:
        """Where most of the words stand together; the beginning where none of them does."""
        text = " ".join(f"{edition.summary}\n{plain_text(_beginning(edition.body_html))}".split())
        found = self._found(text)
        start = _start(text, found)
        end = _end(text, start)
        inside = [(first - start, last - start, term) for first, last, term in found if first >= start and last <= end]
        before, after = "… " if start else "", " …" if end < len(text) else ""
        return Markup("{}{}{}").format(before, _marked(text[start:end], inside), after)

    def _found(self, text: str) -> list[tuple[int, int, int]]:
        """Where words begin and end that were asked for, and by which term."""
        places = ((word, self._term(word[0])) for word in _WORD.finditer(text))
        return [(word.start(), word.end(), term) for word, term in places if term is not None]

    def _term(self, word: str) -> int | None:
        if word not in self._known:
            self._known[word] = self._asked_for(words_of(word))
        return self._known[word]

    def _asked_for(self, words: list[str]) -> int | None:
        """One word on a page may be several in the index."""
        for word in words:
            if word in self._whole:
                return self._whole[word]
            for beginning, term in self._begun.items():
                if word.startswith(beginning):
                    return term
        return None


def _beginning(html: str) -> str:
    return html if len(html) <= LOOKED_THROUGH else html[:LOOKED_THROUGH].rpartition("<")[0]


def _start(text: str, found: list[tuple[int, int, int]]) -> int:
    """At a word a little before the stretch in which most terms stand."""
    best, most = 0, 0
    for at, (first, _last, _term) in enumerate(found[:500]):
        terms = {term for begins, _ends, term in found[at : at + 30] if begins < first + LENGTH - BEFORE}
        if len(terms) > most:
            best, most = first, len(terms)
    if best <= BEFORE:
        return 0
    blank = text.find(" ", best - BEFORE, best)
    return blank + 1 if blank >= 0 else best


def _end(text: str, start: int) -> int:
    if len(text) <= start + LENGTH:
        return len(text)
    blank = text.rfind(" ", start + LENGTH // 2, start + LENGTH)
    return blank if blank >= 0 else start + LENGTH


def _marked(text: str, places: list[tuple[int, int, int]]) -> Markup:
    """Each part is escaped by itself, so that nothing in a text can be taken for a mark."""
    edges = [0, *(edge for first, last, _term in places for edge in (first, last)), len(text)]
    parts = (text[first:last] for first, last in pairwise(edges))
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
