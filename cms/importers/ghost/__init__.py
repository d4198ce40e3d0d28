"""Reading a Ghost export."""

from cms.importers.ghost.reading import read_ghost

__all__ = ["read_ghost"]
