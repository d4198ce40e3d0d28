"""Which row shows which file: an index written with the change, so that nobody reads every text to learn it."""

from cms.references.index import forget, put

__all__ = ["forget", "put"]
