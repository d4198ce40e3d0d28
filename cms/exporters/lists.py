"""What is no text, as lists in JSON: people, comments, redirects, series and settings."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, User, user_roles
from cms.comments.lifecycle import TRASHED
from cms.comments.models import Comment
from cms.exporters.batches import batches, by_id
from cms.exporters.files import Files
from cms.exporters.folder import Folder
from cms.exporters.progress import Tally
from cms.posts.models import Post
from cms.posts.slugs import working_paths
from cms.redirects.models import Redirect
from cms.series.models import Series
from cms.settings.declared import DECLARED
from cms.settings.kinds import SettingType
from cms.settings.queries import SiteSettings

_PLACE = (Post.id, Post.kind, Post.slug, Post.parent_id)


class Lists:
    """Writes one list after the other; no password, secret or digest is in any."""

    def __init__(
        self, session: Session, folder: Folder, files: Files, tally: Tally, *, zone: tzinfo, at: datetime
    ) -> None:
        self._session = session
        self._folder = folder
        self._files = files
        self._tally = tally
        self._zone = zone
        self._at = at

    def people(self) -> None:
        columns = (User.id, User.username, User.name, User.bio, User.email, User.active, User.avatar_id)
        query = select(*columns, User.anonymised_at, User.created_at)
        with self._folder.rows("people.json") as add:
            for rows in batches(self._session, query, User.id):
                roles = self._roles(row.id for row in rows)
                pictures = self._files.paths(row.avatar_id for row in rows)
                for row in rows:
                    add(
                        {
                            "username": row.username,
                            "name": row.name,
                            "email": "" if row.anonymised_at else row.email,
                            "bio": row.bio,
                            "picture": pictures.get(row.avatar_id or 0),
                            "roles": roles[row.id],
                            "active": row.active,
                            "created": self._time(row.created_at),
                        }
                    )
                    self._tally.add("people")

    def comments(self) -> None:
        """Those that are not in the trash, on posts that are not."""
        columns = (Comment.id, Comment.post_id, Comment.parent_id, Comment.author_id, Comment.status, Comment.body)
        guest = (Comment.guest_name, Comment.guest_email, Comment.guest_url, Comment.is_mention, Comment.created_at)
        query = select(*columns, *guest).join(Post, Post.id == Comment.post_id)
        query = query.where(Comment.status != TRASHED, Post.trashed_at.is_(None))
        people = select(User.id, User.username, User.name)
        with self._folder.rows("comments.json") as add:
            for rows in batches(self._session, query, Comment.id):
                addresses = self._addresses(row.post_id for row in rows)
                members = by_id(self._session, people, User.id, (row.author_id for row in rows))
                for row in rows:
                    member = members.get(row.author_id or 0)
                    add(
                        {
                            "id": row.id,
                            "parent": row.parent_id,
                            "post_id": row.post_id,
                            "post": addresses[row.post_id],
                            "username": member.username if member else None,
                            "name": member.name if member else row.guest_name,
                            "email": row.guest_email,
                            "url": row.guest_url,
                            "status": row.status,
                            "mention": row.is_mention,
                            "time": self._time(row.created_at),
                            "text": row.body,
                        }
                    )
                    self._tally.add("comments")

    def redirects(self) -> None:
        columns = (Redirect.id, Redirect.from_path, Redirect.to_path, Redirect.post_id, Redirect.status)
        with self._folder.rows("redirects.json") as add:
            for rows in batches(self._session, select(*columns), Redirect.id):
                addresses = self._addresses(row.post_id for row in rows)
                for row in rows:
                    leads_to = row.to_path or addresses.get(row.post_id or 0)
                    add({"from": row.from_path, "to": leads_to, "post_id": row.post_id, "status": row.status})
                    self._tally.add("redirects")

    def series(self) -> None:
        columns = (Series.id, Series.title, Series.slug, Series.description)
        with self._folder.rows("series.json") as add:
            for rows in batches(self._session, select(*columns), Series.id):
                for row in rows:
                    add({"title": row.title, "slug": row.slug, "description": row.description})
                    self._tally.counts["series"] += 1

    def settings(self, settings: SiteSettings) -> None:
        """Those that anybody may know."""
        values = settings.as_dict()
        told = {setting.key: values[setting.key] for setting in DECLARED if setting.is_public}
        ids = {told[setting.key] for setting in DECLARED if setting.is_public and setting.type is SettingType.MEDIA}
        paths = self._files.paths(ids)
        for setting in DECLARED:
            if setting.key in told and setting.type is SettingType.MEDIA:
                told[setting.key] = paths.get(told[setting.key] or 0)
        self._folder.write(("settings.json",), json.dumps(told, ensure_ascii=False, indent=2) + "\n")

    def _roles(self, ids: Iterable[int]) -> defaultdict[int, list[str]]:
        held = select(user_roles.c.user_id, Role.name).join(Role, Role.id == user_roles.c.role_id)
        found: defaultdict[int, list[str]] = defaultdict(list)
        for user_id, name in self._session.execute(held.where(user_roles.c.user_id.in_(list(ids))).order_by(Role.id)):
            found[user_id].append(name)
        return found

    def _addresses(self, ids: Iterable[Any]) -> dict[int, str]:
        posts = by_id(self._session, select(*_PLACE), Post.id, ids)
        return working_paths(self._session, posts.values(), self._at)

    def _time(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).isoformat()
