"""What everybody on a machine can read of its programs holds no password."""

import os
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from cms.backups.databases import Refused
from cms.backups.site import database_of


@pytest.mark.parametrize("asked", [{"password": "tide-clock"}, {"query": {"password": "tide-clock"}}])
def test_the_password_of_postgresql_is_no_argument(
    asked: dict[str, object], postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it stands in CMS_DATABASE_URL. In the place of psql is a program that says what it was given."""
    told = tmp_path / "told"
    for name, ends in (("psql", 1), ("pg_restore", 0)):  # the other would be ended before it says anything
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$@" >> {told}\necho "$PGPASSWORD" >> {told}.secret\nexit {ends}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    there = make_url(postgres_url)
    url = URL.create("postgresql+psycopg", there.username, host=there.host, port=there.port, database="none")

    with pytest.raises(Refused):
        database_of(url.set(**asked)).put_back(tmp_path / "none.dump", (), aside=None)

    assert "--dbname=postgresql://" in told.read_text()
    assert "tide-clock" not in told.read_text()
    assert "tide-clock" in Path(f"{told}.secret").read_text()
