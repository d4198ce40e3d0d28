"""Settings are read once for each generation, and whoever asks after a change has those of after it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from cms.settings.models import SettingValue
from tests.browser import Browser


@pytest.mark.parametrize("url", ["/login", "/api/v1/posts", "/search?q=tides"])
def test_requests_to_flask_share_what_one_of_them_has_read(browser: Browser, engine: Engine, url: str) -> None:
    def read_by(times: int) -> int:
        read: list[str] = []
        event.listen(engine, "before_cursor_execute", hear := lambda *told: read.append(told[2]))
        for _time in range(times):
            assert browser.get(url).status_code == 200
        event.remove(engine, "before_cursor_execute", hear)
        return sum("FROM settings" in statement for statement in read)

    assert read_by(1) == 1
    assert read_by(3) == 0


def test_whoever_asks_after_a_change_is_told_those_of_after_it(browser: Browser, session: Session) -> None:
    title = SettingValue(key="title", value="Before", updated_at=datetime.now(UTC))
    session.add(title)
    session.commit()
    for words in ("Before", "After", "Later still"):
        title.value = words
        session.commit()
        for url in ("/login", "/search?q=tides"):
            assert words in browser.get(url).text, url
