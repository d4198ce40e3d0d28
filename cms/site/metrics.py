"""For Prometheus: what was counted, and how things stand in the database."""

import hmac
from collections.abc import Iterable

from flask import Response, abort, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from cms.comments.queries import held
from cms.core.db import give_up_after
from cms.core.networks import is_loopback
from cms.extensions import db
from cms.jobs import leases, presence
from cms.web import now, runtime
from cms.web.meters import OfAllPrograms
from cms.web.proxies import this_app

DATABASE_MILLISECONDS = 2000
MOST = 10_000
#: A proxy that passes somebody's question on says so in one of these.
_PASSED_ON = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


def metrics() -> Response:
    """Nothing is here for whoever may not read it."""
    if not (_has_token() or _is_from_here()):
        abort(404)
    registry = CollectorRegistry()
    registry.register(OfAllPrograms(this_app()))
    registry.register(_Standing())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token() -> bool:
    token = runtime().config.metrics_token
    given = request.headers.get("Authorization", "")
    return token is not None and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_from_here() -> bool:
    """From this very machine, and not through a proxy on it."""
    names = {name.lower() for name in request.headers.keys()}  # noqa: SIM118 - pairs are what it iterates over
    is_passed_on = any(name in _PASSED_ON or name.startswith("x-forwarded") for name in names)
    return not is_passed_on and is_loopback(request.remote_addr or "")


class _Standing(Collector):
    """Asked of the database with each scrape; one that is away has nothing to say but that."""

    def collect(self) -> Iterable[Metric]:
        try:
            found = self._asked()
        except SQLAlchemyError:
            found = {}
        db.session.rollback()
        yield _gauge("database_up", "Whether the database answers.", bool(found))
        for name, (about, value) in found.items():
            yield _gauge(name, about, value)

    def _asked(self) -> dict[str, tuple[str, float]]:
        session, at = db.session(), now()
        give_up_after(session, DATABASE_MILLISECONDS)
        backlog = leases.backlog(session, at)
        return {
            "jobs_waiting": ("Jobs that wait.", backlog.waiting),
            "jobs_failed": ("Jobs that failed for good.", backlog.failed),
            "job_lag_seconds": ("For how long the oldest job has been due.", backlog.late.total_seconds()),
            "workers": ("Workers that are here.", presence.present(session, at)),
            "comments_waiting": ("Comments that wait for a moderator, up to 10,000.", held(session, most=MOST)),
        }


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"copydesk_{name}", about, value=float(value))
