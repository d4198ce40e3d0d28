"""Where settings are kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cms.core.db import Base, JSONType


class SettingValue(Base):
    """A setting that differs from its default; what exists and what it means is declared in `declared.py`."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[Any] = mapped_column(JSONType)
    updated_at: Mapped[datetime]

    def __str__(self) -> str:
        return self.key
