"""The statements that pages are made of, by names that fit in a file.

A file that says what is to be asked would be as good as code. So it names statements, and only those are asked again
that this process has asked before.
"""

from functools import lru_cache
from hashlib import blake2b

#: Far more than public pages have; a setting that stands in one may make others of it.
MOST = 1024
_known: dict[str, str] = {}


def learnt(statement: str) -> str:
    """The same words, once for all pages."""
    name = name_of(statement)
    if name not in _known and len(_known) >= MOST:
        _known.clear()
    return _known.setdefault(name, statement)


@lru_cache(maxsize=MOST)
def name_of(statement: str) -> str:
    return blake2b(statement.encode(), digest_size=12).hexdigest()


def named(name: str) -> str | None:
    """None where this process has not asked it so far."""
    return _known.get(name)
