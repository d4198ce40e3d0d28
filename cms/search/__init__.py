"""One full-text index over SQLite's FTS5 and PostgreSQL's tsvector.

The index is written inside the action that changes a text, in the same transaction; there are no triggers. It can be
made again from the rows at any time, and `doctor` compares the two.
"""

from cms.search.bulk import Words, put_found, settle
from cms.search.index import COMMENTS, EDITIONS, INDEXES, MEDIA, POSTS, Index, missing, put, rebuild, remove, words_of
from cms.search.plan import asked_last
from cms.search.query import among, entries, having, hits, matching, plain_ids

__all__ = [
    "COMMENTS",
    "EDITIONS",
    "INDEXES",
    "MEDIA",
    "POSTS",
    "Index",
    "Words",
    "among",
    "asked_last",
    "entries",
    "having",
    "hits",
    "matching",
    "missing",
    "plain_ids",
    "put",
    "put_found",
    "rebuild",
    "remove",
    "settle",
    "words_of",
]
