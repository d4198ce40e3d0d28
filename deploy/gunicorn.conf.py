"""gunicorn for systemd and containers, as `manage.py serve` sets it; CMS_BIND and CMS_WORKERS change two of these."""

import os

from cms.cli.processes import PRELOADED
from cms.cli.server import settings_of

globals().update(settings_of(os.environ.get("CMS_BIND") or "127.0.0.1:8000", int(os.environ.get("CMS_WORKERS") or 2)))
globals().update(PRELOADED)
wsgi_app = "cms:create_app()"
