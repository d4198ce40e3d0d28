"""The index of references."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cms.core.db import Base, reference
from cms.core.generation import UNSEEN


class MediaUse(Base):
    """One row shows one file in one of its fields.

    What `posts` show is the working text; what `editions` show is live, ahead or past, as the edition itself says.
    """

    __tablename__ = "media_uses"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "field", "media_id"),
        Index("ix_media_uses_media_id_subject_type_subject_id", "media_id", "subject_type", "subject_id"),
        UNSEEN,
    )

    media_id: Mapped[int] = mapped_column(reference("media.id"))
    #: A table, named as events name it; the settings are one subject without a row, whose id is 0.
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
