"""The form below the post “it”, and what was written there."""

import re
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.comments.models import Comment

FORM = "/posts/it/comments"
WORDS = "I drove the harbour bus."
STAMP = re.compile(r'name="csrf_token" value="([^"]+)"')
Send = Callable[..., TestResponse]


def comments(session: Session) -> list[Comment]:
    session.expire_all()
    found = list(session.scalars(select(Comment).order_by(Comment.id)))
    session.expunge_all()
    session.rollback()
    return found
