"""A small site in which nothing belongs to whoever walks it, and how each route is filled with its ids."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from cms.accounts.models import User, UserSession
from cms.audit.models import Event
from cms.comments.models import Ban
from cms.posts.lifecycle import PostStatus
from cms.redirects.models import Redirect
from cms.subscriptions.models import Subscriber
from cms.taxonomy import actions as taxonomy
from cms.webhooks.models import Webhook
from tests.factories import Make

#: By area; those of texts elsewhere.
MOVES = {"comments": "approve", "api_media": "trash", "api_users": "activate"}
ROLES = ("anonymous", "member", "contributor", "author", "moderator", "editor", "owner")


@dataclass(frozen=True)
class World:
    """Ids of things that contributors and authors must not know of, and one public post."""

    walker: User | None
    values: dict[str, Any]


def build(session: Session, make: Make, role: str) -> World:
    """Everything is another author's; the draft, its comment and the owner are what must not leak."""
    walker = _walker(make, role)
    other_owner, writer = make.owner(), make.author()
    draft = make.post(author=writer, title="A secret draft")
    shown = make.tag("Sea")
    live = make.post(author=writer, slug="a-live-post", status=PostStatus.PUBLISHED, tags=[shown])
    page = make.page(author=writer, title="A secret page")
    tag, series = make.tag("Harbour"), make.series("Tides")
    make.post(author=writer, status=PostStatus.PUBLISHED, series_id=series.id, series_position=1)
    comment = make.comment(live)
    media = make.media(uploaded_by_id=writer.id)
    redirect = Redirect(from_path="/old", to_path="/new", status=301, created_at=make.at, updated_at=make.at)
    opened = UserSession(
        user_id=other_owner.id, digest="0" * 64, created_at=make.at, last_seen_at=make.at, expires_at=make.at
    )
    hook = Webhook(url="https://example.com/hook", events=[], sealed_secret="…", created_at=make.at, updated_at=make.at)
    reader = Subscriber(email="reader@example.com", key="a-key", everything=True, created_at=make.at)
    ban = Ban(email="rafe@example.com", created_at=make.at)
    session.add_all([redirect, opened, hook, reader, ban])
    session.flush()
    taxonomy.update(session, tag, {"description": "Where ships lie"}, by=other_owner, at=make.at)
    done = session.scalars(select(Event)).one()
    values = {
        "admin_activity": done.id,
        "other": opened.id,
        "admin_posts": draft.id,
        "admin_pages": page.id,
        "admin_tags": tag.id,
        "admin_series": series.id,
        "admin_comments": comment.id,
        "admin_media": media.id,
        "admin_redirects": redirect.id,
        "admin_webhooks": hook.id,
        "admin_subscribers": reader.id,
        "admin_bans": ban.id,
        "admin_users": other_owner.id,
        "admin_roles": make.roles["owner"].id,
        "live_slug": live.slug,
        "username": writer.username,
        "tag": shown.slug,
        "series": series.slug,
        "file": media,
    }
    programs = ("posts", "pages", "tags", "series", "comments", "media", "users")
    values |= {f"api_{area}": values[f"admin_{area}"] for area in programs}
    session.commit()
    return World(walker, values)


def _walker(make: Make, role: str) -> User | None:
    if role == "anonymous":
        return None
    return make.user() if role == "member" else make.user(role)


def address(app: Flask, rule: Rule, world: World) -> str:
    """The rule's address with ids filled in: by the area for admin views, `?id=` where Flask-Admin reads it there."""
    area = rule.endpoint.partition(".")[0]
    row_id = world.values.get(area, world.values["other"])
    filled = {name: _argument(rule, name, world, row_id) for name in rule.arguments}
    with app.test_request_context():
        path = app.url_map.bind("localhost").build(rule.endpoint, filled)
    by_query = area.startswith("admin_") and area in world.values and not rule.arguments
    return f"{path}?id={row_id}" if by_query else path


def _argument(rule: Rule, name: str, world: World, row_id: int) -> Any:
    special = {
        "username": world.values["username"],
        "filename": world.values["file"].filename,
        "year": 2026,
        "month": "03",
        "number": 1,
        "format": "atom",
        "page": "home",
        "name": "copydesk",
        "spec": "1f5fae-x-x-x-x-x__",
        "tree": "0" * 12,
        "digest": world.values["file"].digest[:16],
        "path": "no-such-page",
        "key": "no-such-key",
        "sealed": "no-such-link",
        "move": next((move for area, move in MOVES.items() if area in rule.endpoint), "publish"),
    }
    if name == "slug":
        return world.values[next((what for what in ("tag", "series") if what in rule.endpoint), "live_slug")]
    return special.get(name, row_id)
