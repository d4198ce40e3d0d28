"""Filling an empty site with the demo magazine."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms import references
from cms.accounts.actions.people import set_roles
from cms.accounts.actions.roles import Grant, RoleDraft, create_role
from cms.accounts.builtin import ensure_builtin_roles
from cms.accounts.models import User
from cms.audit.actions import record
from cms.cli.demo import content
from cms.cli.demo.posts import Cast, load_comments, load_item
from cms.core.i18n import ngettext
from cms.core.permissions import Permission, Scope
from cms.media import actions as media_actions
from cms.media.models import Media
from cms.media.paths import path_of
from cms.media.policy import MediaPolicy
from cms.posts.models import Post, PostKind
from cms.redirects.actions import find_ends
from cms.redirects.models import Redirect
from cms.series import actions as series_acts
from cms.series.models import Series
from cms.settings import actions as settings_actions
from cms.settings.models import SettingValue
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag
from cms.web import runtime
from cms.web.passwords import hash_password

PASSWORD = "copydesk-demo"  # noqa: S105 - published on purpose; see refuse_public
DEMO_EMAILS = tuple(f"{name}@example.com" for name in ("owner", "editor", "author", "contributor", "moderator"))
Progress = Callable[[str], None]
TAGS_MADE, SITE_NAMED, SIGN_UP_OPENED = "-2040d 10:00", "-2099d 15:00", "-9d 17:20"


def is_untouched(session: Session) -> bool:
    """Whether nobody has written or set anything here; people alone do not count."""
    return not any(session.scalar(select(kind.id).limit(1)) for kind in (Post, Tag, Media, Redirect, SettingValue))


def who_may_sign_in(session: Session) -> list[str]:
    """Demo accounts that are still there: one may have been erased, switched off or given another address."""
    found = set(session.scalars(select(User.email).where(User.email.in_(DEMO_EMAILS), User.active)))
    return [email for email in DEMO_EMAILS if email in found]


def load(session: Session, *, at: datetime, progress: Progress) -> None:
    """Everything in one transaction: the demo is whole or not there."""
    settings = content.table("settings")
    times = content.Times(at, ZoneInfo(settings["zone"]))
    people = load_people(session, times)
    media, addresses = _load_media(session, people, times)
    tags = _load_tags(session, people, times)
    _load_roles(session, people, tags, times)
    _load_settings(session, settings, media, people, times)
    cast = Cast(people, people["pellow"], tags, _load_series(session, people, times), media, addresses)
    pages: dict[str, Post] = {}
    posts: dict[str, Post] = {}
    for item in content.items():
        loaded = pages if item.kind == PostKind.PAGE else posts
        loaded[item.matter["slug"]] = load_item(session, item, cast, times, pages)
    progress(ngettext("%(num)s post", "%(num)s posts", len(posts)))
    progress(ngettext("%(num)s page", "%(num)s pages", len(pages)))
    comments = load_comments(session, content.table("comments"), posts | pages, cast, times)
    progress(ngettext("%(num)s comment", "%(num)s comments", comments))
    _load_redirects(session, posts | pages, people, times)


def load_people(session: Session, times: content.Times) -> dict[str, User]:
    """The eight people, with avatars; those that are there already stay as they are."""
    roles = ensure_builtin_roles(session, at=times.now)
    password = hash_password(PASSWORD)
    people: dict[str, User] = {}
    for entry in content.table("people"):
        existing = session.scalar(select(User).where(User.email == entry["email"]))
        people[entry["username"]] = existing or _add_person(session, entry, roles, password, times)
    return people


def _add_person(
    session: Session, entry: dict[str, Any], roles: dict[str, Any], password: str, times: content.Times
) -> User:
    joined = times.of(entry["joined"])
    person = User(
        email=entry["email"],
        username=entry["username"],
        display_name=entry["display_name"],
        bio=" ".join(entry.get("bio", "").split()),
        password=password if entry.get("account") else None,
        active=entry["active"],
        fs_uniquifier=secrets.token_hex(16),
        confirmed_at=joined,
        timezone=entry.get("zone"),
        roles=[roles[entry["role"]]] if entry.get("role") else [],
        created_at=joined,
        updated_at=joined,
    )
    session.add(person)
    record(session, "user.create", person, by=None, at=joined, changes={"username": (None, person.username)})
    return person


def _load_media(
    session: Session, people: dict[str, User], times: content.Times
) -> tuple[dict[str, int], dict[str, str]]:
    """Ids and addresses by file name; avatars are given to their people."""
    ids: dict[str, int] = {}
    addresses: dict[str, str] = {}
    owner = people["lindqvist"]
    for entry in content.table("images"):
        by = people[entry["uploaded_by"]]
        media = _add_image(session, entry["file"], by=by, owner=owner, at=times.of(entry["uploaded"]), entry=entry)
        if entry.get("trashed"):
            media_actions.trash(session, media, by=owner, at=times.of(entry["trashed"]))
        ids[entry["file"]], addresses[entry["file"]] = media.id, path_of(media)
    for entry in content.table("people"):
        if entry.get("avatar"):
            person = people[entry["username"]]
            media = _add_image(
                session,
                entry["avatar"],
                by=person,
                owner=owner,
                at=times.of(entry["joined"]),
                entry={"decorative": True},
            )
            person.avatar_id = media.id
            references.put(session, User.__tablename__, person.id, {"avatar_id": [media.id]})
    return ids, addresses


def _add_image(session: Session, name: str, *, by: User, owner: User, at: datetime, entry: dict[str, Any]) -> Media:
    """Somebody who has left stays the one who added it; the owner stands in for the act."""
    with (content.IMAGES / name).open("rb") as file:
        prepared = media_actions.prepare(file, name.rpartition("/")[2], storage_url=runtime().config.storage_url)
    media = media_actions.add(
        session,
        prepared,
        title=entry.get("title", ""),
        alt=entry.get("alt") or "",
        decorative=bool(entry.get("decorative")),
        by=by if MediaPolicy(by).may(Permission.MEDIA_UPLOAD) else owner,
        at=at,
    )
    media.uploaded_by_id = by.id
    return media


def _load_tags(session: Session, people: dict[str, User], times: content.Times) -> dict[str, Tag]:
    tags: dict[str, Tag] = {}
    for entry in content.table("tags"):
        wanted = {field: entry[field] for field in ("name", "slug", "description")}
        if entry.get("parent"):
            wanted["parent_id"] = tags[entry["parent"]].id
        tags[entry["slug"]] = taxonomy.create(session, wanted, by=people["pellow"], at=times.of(TAGS_MADE))
    return tags


def _load_series(session: Session, people: dict[str, User], times: content.Times) -> dict[str, Series]:
    made = (
        series_acts.create(session, entry, by=people["pellow"], at=times.of(TAGS_MADE))
        for entry in content.table("series")
    )
    found = {series.slug: series for series in made}
    session.flush()
    return found


def _load_roles(session: Session, people: dict[str, User], tags: dict[str, Tag], times: content.Times) -> None:
    """Roles that the owner made, and the people who got them besides their own."""
    owner = people["lindqvist"]
    for entry in content.table("roles"):
        at = times.of(entry["made"])
        tag_ids = frozenset(tags[slug].id for slug in entry["tags"])
        grants = tuple(Grant(Permission(name), Scope.ANY, tag_ids) for name in entry["permissions"])
        draft = RoleDraft(entry["label"], entry["description"], False, grants)
        role = create_role(session, draft, by=owner, at=at)
        for username in entry["people"]:
            person = people[username]
            set_roles(session, person, [*person.roles, role], by=owner, at=at)


def _load_settings(
    session: Session, settings: dict[str, Any], media: dict[str, int], people: dict[str, User], times: content.Times
) -> None:
    values = {
        "title": settings["title"],
        "tagline": settings["tagline"],
        "about": " ".join(settings["about"].split()),
        "logo_id": media[settings["logo"]],
        "timezone": settings["zone"],
        "posts_per_page": settings["posts_per_page"],
        "menu": _menu(settings["menu"]),
        "foot_menu": _menu(settings["footer_menu"]),
    }
    owner = people["lindqvist"]
    settings_actions.change(session, values, by=owner, at=times.of(SITE_NAMED))
    settings_actions.change(session, {"sign_up": "approval"}, by=owner, at=times.of(SIGN_UP_OPENED))


def _menu(entries: list[dict[str, str]]) -> list[str]:
    return [f"{entry['label']} | {entry['url']}" for entry in entries]


def _load_redirects(session: Session, posts: dict[str, Post], people: dict[str, User], times: content.Times) -> None:
    known = set(session.scalars(select(Redirect.from_path)))
    for entry in content.table("redirects"):
        if entry["from"] in known:
            continue
        created = times.of(entry["created"])
        redirect = Redirect(
            from_path=entry["from"],
            to_path=entry.get("to"),
            post_id=posts[entry["post"]].id if entry.get("post") else None,
            status=entry["status"],
            created_by_id=people["lindqvist"].id,
            created_at=created,
            updated_at=created,
        )
        session.add(redirect)
        find_ends(session, redirect, at=times.now)
