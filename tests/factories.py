"""Valid things with the least said; a test names only what it is about."""

import secrets
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from cms.accounts.builtin import ensure_builtin_roles
from cms.accounts.models import Role, RoleGrant, RoleGrantTag, User
from cms.comments.lifecycle import CommentStatus
from cms.comments.models import Comment
from cms.core.permissions import Permission, Scope
from cms.media import words
from cms.media.models import Media, MediaKind
from cms.posts.actions import editing, editions
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post, PostKind
from cms.series.models import Series
from cms.taxonomy.models import Tag

PASSWORD = "copydesk-demo"


@cache
def password_hash() -> str:
    """Of PASSWORD; made once, since making it is slow on purpose."""
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


class Make:
    """Everything it gives is flushed, so that it has an id."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.session = session
        self.at = at
        self.roles = ensure_builtin_roles(session, at=at)
        self._numbers = count(1)

    def user(self, *roles: str | Role, **values: Any) -> User:
        """An active, confirmed person; roles by name."""
        number = next(self._numbers)
        user = User(
            **{
                "email": f"person{number}@example.com",
                "username": f"person{number}",
                "display_name": f"Person {number}",
                "password": password_hash(),
                "fs_uniquifier": secrets.token_hex(16),
                "confirmed_at": self.at,
                "created_at": self.at,
                "updated_at": self.at,
                "roles": [self.roles[role] if isinstance(role, str) else role for role in roles],
            }
            | values
        )
        return self._kept(user)

    def owner(self) -> User:
        return self.user("owner")

    def editor(self) -> User:
        return self.user("editor")

    def author(self) -> User:
        return self.user("author")

    def contributor(self) -> User:
        return self.user("contributor")

    def moderator(self) -> User:
        return self.user("moderator")

    def role(self, *grants: Permission | tuple[Permission, Scope], tags: tuple[Tag, ...] = (), **values: Any) -> Role:
        """A role of one's own; grants reach everything unless a scope is given."""
        number = next(self._numbers)
        pairs = [grant if isinstance(grant, tuple) else (grant, Scope.ANY) for grant in grants]
        role = Role(
            **{"name": f"role-{number}", "label": f"Role {number}", "created_at": self.at, "updated_at": self.at}
            | values,
            grants=[
                RoleGrant(permission=permission, scope=scope, tag_rows=[RoleGrantTag(tag_id=tag.id) for tag in tags])
                for permission, scope in pairs
            ],
        )
        return self._kept(role)

    def tag(self, name: str | None = None, **values: Any) -> Tag:
        name = name or f"Tag {next(self._numbers)}"
        slug = name.casefold().replace(" ", "-")
        return self._kept(
            Tag(
                **{"name": name, "key": name.casefold(), "slug": slug, "created_at": self.at, "updated_at": self.at}
                | values
            )
        )

    def series(self, title: str | None = None, **values: Any) -> Series:
        title = title or f"Series {next(self._numbers)}"
        slug = title.casefold().replace(" ", "-")
        stamps = {"created_at": self.at, "updated_at": self.at}
        return self._kept(Series(**{"title": title, "slug": slug, **stamps} | values))

    def post(self, **values: Any) -> Post:
        """A draft with one revision; `status=PUBLISHED` makes it live as well, `tags` takes tags."""
        number = next(self._numbers)
        author = values.pop("author", None) or self.author()
        post = Post(
            **{
                "kind": PostKind.POST,
                "title": f"Post {number}",
                "slug": f"post-{number}",
                "body": "Some words.",
                "author_id": author.id,
                "tags": [],
                "created_at": self.at,
                "updated_at": self.at,
            }
            | values
        )
        self._kept(post)
        editing.write_revision(self.session, post, by=author, at=self.at)
        if post.status is PostStatus.PUBLISHED:
            post.published_at = post.published_at or self.at
            editions.make_live(self.session, post, by=author, at=self.at)
        return post

    def page(self, **values: Any) -> Post:
        return self.post(kind=PostKind.PAGE, **values)

    def copies(self, post: Post, number: int) -> list[int]:
        """Many rows like this one, each with a slug of its own, and nothing else that belongs to it."""
        table = Post.__table__
        row = self.session.execute(select(table).where(table.c.id == post.id)).mappings().one()
        values = {key: value for key, value in row.items() if key not in ("id", "slug")}
        rows = [values | {"slug": f"copy-{post.id}-{each}"} for each in range(number)]
        return list(self.session.scalars(insert(Post).returning(Post.id), rows))

    def comment(self, post: Post | None = None, **values: Any) -> Comment:
        """A guest's comment, waiting."""
        post = post or self.post(status=PostStatus.PUBLISHED)
        return self._kept(
            Comment(
                **{
                    "post_id": post.id,
                    "guest_name": "Rafe",
                    "guest_email": "rafe@example.com",
                    "body": "I drove the harbour bus.",
                    "body_html": "<p>I drove the harbour bus.</p>",
                    "status": CommentStatus.PENDING,
                    "held_because": [],
                    "created_at": self.at,
                }
                | values
            )
        )

    def media(self, **values: Any) -> Media:
        """A row without a file behind it."""
        number = next(self._numbers)
        media: Media = self._kept(
            Media(
                **{
                    "kind": MediaKind.IMAGE,
                    "digest": secrets.token_hex(32),
                    "filename": f"image-{number}.webp",
                    "mime": "image/webp",
                    "bytes": 1000,
                    "width": 800,
                    "height": 500,
                    "created_at": self.at,
                    "updated_at": self.at,
                }
                | values
            )
        )
        words.put(self.session, media)
        return media

    def _kept(self, thing: Any) -> Any:
        self.session.add(thing)
        self.session.flush()
        return thing
