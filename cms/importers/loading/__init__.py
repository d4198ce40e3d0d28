"""Writing what was read: all of it or nothing, and nothing twice."""

from cms.importers.loading.site import Options, Progress, load

__all__ = ["Options", "Progress", "load"]
