"""What the edges share: who is asking, what time it is, refusals as HTTP, headers, static files."""

from cms.web.app import configure, init_app, ready
from cms.web.runtimes import runtime
from cms.web.visitors import now, settings, signed_in, visitor

__all__ = ["configure", "init_app", "now", "ready", "runtime", "settings", "signed_in", "visitor"]
