"""Files on their way into the library, and how many are in it."""

import io
from typing import Any

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cms.media.models import Media


def upload(browser: Any, *sent: tuple[io.BytesIO, str], **words: str) -> Any:
    """Encoded here, since the client itself leaves the file open in which it encodes a large one."""
    files_sent = [FileStorage(content, name, content_type="application/octet-stream") for content, name in sent]
    boundary, body = encode_multipart({"csrf_token": browser.token(), "file": files_sent} | words)
    return browser.client.post(
        "/admin/media/new/", data=body, content_type=f"multipart/form-data; boundary={boundary}", buffered=True
    )


def count(session: Any) -> int:
    found = session.scalar(select(func.count()).select_from(Media))
    session.rollback()
    return found


def send(browser: Any, media: Media, content: io.BytesIO, name: str = "new.png") -> Any:
    """In place of what is there."""
    file = FileStorage(content, name, content_type="application/octet-stream")
    boundary, body = encode_multipart({"csrf_token": browser.token(), "file": file})
    return browser.client.post(
        f"/admin/media/{media.id}/replace",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        buffered=True,
    )
