"""One full-text index over SQLite's FTS5 and PostgreSQL's tsvector.

The index is written inside the action that changes a text, in the same transaction; there are no triggers. It can be
made again from the rows at any time, and `doctor` compares the two.
"""

from cms.search.among import among, among_given, listed
from cms.search.at_once import Answer, AnyRow, Close, Titles, ask, older_titles
from cms.search.bulk import Words, put_found, settle
from cms.search.index import (
    COMMENTS,
    EDITIONS,
    INDEXES,
    MEDIA,
    POSTS,
    Index,
    missing,
    put,
    rebuild,
    remove,
    unlearnt_lately,
    words_of,
)
from cms.search.plan import asked_last
from cms.search.query import entries, having, hits, matching, plain_ids
from cms.search.ranking import Question
from cms.search.spelling import learn, worth_learning
from cms.search.wanted import Term, respelled, wanted

__all__ = [
    "COMMENTS",
    "EDITIONS",
    "INDEXES",
    "MEDIA",
    "POSTS",
    "Answer",
    "AnyRow",
    "Close",
    "Index",
    "Question",
    "Term",
    "Titles",
    "Words",
    "among",
    "among_given",
    "ask",
    "asked_last",
    "entries",
    "having",
    "hits",
    "learn",
    "listed",
    "matching",
    "missing",
    "older_titles",
    "plain_ids",
    "put",
    "put_found",
    "rebuild",
    "remove",
    "respelled",
    "settle",
    "unlearnt_lately",
    "wanted",
    "words_of",
    "worth_learning",
]
