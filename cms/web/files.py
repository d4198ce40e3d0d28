"""Taking a file that somebody sent: checked and stored before the write lock is asked for."""

from typing import BinaryIO, cast

from werkzeug.datastructures import FileStorage

from cms.core.db import end_read
from cms.extensions import db
from cms.media.actions import Prepared, prepare
from cms.media.inspect import Limits
from cms.web.runtimes import runtime
from cms.web.visitors import settings


def received(upload: FileStorage) -> Prepared:
    """The file, ready for `media.actions.add`; rolls the session back, so look rows up afterwards.

    The endpoint must be in `web.requests.UPLOADS`, or bodies above the general limit never get here.
    """
    site = settings()
    limits = Limits(megabytes=site.upload_megabytes, megapixels=site.image_megapixels)
    end_read(db.session())
    stream = cast(BinaryIO, upload.stream)
    return prepare(stream, upload.filename or "", storage_url=runtime().config.storage_url, limits=limits)
