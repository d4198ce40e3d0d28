"""What an operator reads: one line an entry whatever was sent, and nothing that opens a door."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cms.accounts.actions import tokens
from cms.core.log_lines import written_to
from cms.web import passwords
from tests.browser import Browser
from tests.factories import Make

FORGED = "x\r\nTraceback (most recent call last):\n2026-03-02T12:00:00Z [info] all is well\u2028\x1b[2K\x85 or not"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler of ours writes."""
    stream = io.StringIO()
    handler = written_to(logging.StreamHandler(stream), for_programs=False)
    logger = logging.getLogger("cms")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_what_somebody_sent_forges_no_entry(written: io.StringIO) -> None:
    logging.getLogger("cms.tests").warning("sent: %s", FORGED)
    try:
        raise ValueError(FORGED)
    except ValueError:
        logging.getLogger("cms.tests").exception("failed: %s", FORGED)

    lines = written.getvalue().splitlines()
    entries = [line for line in lines if not line.startswith(" ")]
    assert [line.split()[1] for line in entries] == ["[warning]", "[error]"]
    assert any(line.lstrip().startswith("ValueError: x") for line in lines)


def test_programs_get_one_object_a_line(written: io.StringIO) -> None:
    stream = io.StringIO()
    handler = written_to(logging.StreamHandler(stream), for_programs=True)
    logger = logging.getLogger("cms.tests.programs")
    logger.addHandler(handler)
    try:
        raise ValueError(FORGED)
    except ValueError:
        logger.exception("failed: %s", FORGED, extra={"path": FORGED, "status": 500})
    finally:
        logger.removeHandler(handler)

    [line] = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["status"]) == ("error", "cms.tests.programs", 500)
    assert entry["message"] == f"failed: {FORGED}"
    assert entry["path"] == FORGED
    assert entry["exception"].startswith("Traceback")
    assert entry["timestamp"].endswith("Z")


def test_an_entry_names_its_request(browser: Browser, written: io.StringIO) -> None:
    answer = browser.get("/search?q=harbour")

    assert f"request_id={answer.headers['X-Request-Id']}" in written.getvalue()


def test_a_fault_at_the_address_of_a_link_does_not_write_down_the_link(
    browser: Browser,
    session: Session,
    make: Make,
    now: datetime,
    written: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = make.user()
    secret = tokens.issue_reset(session, person, at=datetime.now(now.tzinfo))
    session.commit()
    monkeypatch.setattr(passwords, "hash_password", lambda _password: 1 // 0)

    assert browser.post(f"/reset/{secret}", {"password": "a good long password"}).status_code == 500
    assert "POST /reset/<secret>" in written.getvalue()
    assert secret not in written.getvalue()


def test_what_was_sent_to_the_database_is_not_in_its_faults(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as fault:
        connection.execute(text("SELECT nothing FROM nowhere WHERE password = :hash"), {"hash": "canary"})

    assert "canary" not in str(fault.value)
