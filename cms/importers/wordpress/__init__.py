"""WordPress exports (WXR 1.0 to 1.2)."""

from cms.importers.wordpress.reading import read_wordpress

__all__ = ["read_wordpress"]
