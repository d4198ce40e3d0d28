"""Reading settings: all at once, one query, as one object."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.settings.declared import BY_KEY, DECLARED
from cms.settings.models import SettingValue

#: Columns of the table: as attributes of the model, the ORM would read them.
_ALL = select(SettingValue.__table__.c.key, SettingValue.__table__.c.value)


class SiteSettings:
    """A snapshot: `settings.title`, `settings.posts_per_page` … with defaults filled in."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = {setting.key: setting.default for setting in DECLARED} | values

    def __getattr__(self, key: str) -> Any:
        try:
            return self._values[key]
        except KeyError:
            raise AttributeError(key) from None

    def as_dict(self) -> dict[str, Any]:
        return dict(self._values)


def load(session: Session) -> SiteSettings:
    """Every setting; rows of settings that no longer exist are ignored."""
    rows = session.execute(_ALL)
    return SiteSettings({key: value for key, value in rows if key in BY_KEY})


def newest_change(session: Session) -> datetime | None:
    """When a setting was last changed; what a form carries so that nobody overwrites what they have not seen."""
    return session.scalar(select(func.max(SettingValue.updated_at)))


def hold(session: Session) -> None:
    """Wait for whoever changes them just now; then nobody else does until this transaction ends."""
    session.execute(select(SettingValue.id).order_by(SettingValue.id).with_for_update())


def changed_since(session: Session, moment: datetime) -> list[str]:
    """Keys of the settings that were changed after a moment."""
    return list(session.scalars(select(SettingValue.key).where(SettingValue.updated_at > moment)))
