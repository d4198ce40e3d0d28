"""Ghost exports made of what a test is about."""

from typing import Any


def export(*posts: object, **tables: object) -> dict[str, Any]:
    return {"db": [{"meta": {"version": "5.0.0"}, "data": {"posts": posts, **tables}}]}


def post(**values: object) -> dict[str, Any]:
    usual = {"id": "1", "title": "T", "slug": "t", "status": "published", "html": "<p>x</p>"}
    return {**usual, "published_at": "2024-01-01T00:00:00.000Z", **values}
