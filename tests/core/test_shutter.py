"""The link to what is kept is gone before a change is committed, and never leads back."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from cms.core.db import prepare_engine
from cms.core.generation import ASK, watch
from cms.core.shutter import Shutter
from config import ROOT


@pytest.fixture
def shutter(tmp_path: Path) -> Shutter:
    return Shutter(tmp_path)


@pytest.fixture
def watched(tmp_path: Path, shutter: Shutter) -> Engine:
    """A database with a table of ours in it, as far as readers can tell."""
    engine = create_engine(f"sqlite:///{tmp_path / 'site.db'}")
    prepare_engine(engine)
    watch(engine, shutter)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE generations (id INTEGER PRIMARY KEY, number BIGINT)"))
        connection.execute(text("CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT)"))
    return engine


def test_the_link_leads_where_it_is_told_while_that_holds(shutter: Shutter) -> None:
    assert shutter.target() is None
    assert shutter.lead_to("one", lambda: True)
    assert not shutter.lead_to("two", lambda: False)
    assert shutter.target() == "one"


def test_it_is_not_set_while_somebody_commits(shutter: Shutter) -> None:
    shutter.lead_to("one", lambda: True)
    held = shutter.shut()

    assert shutter.target() is None
    assert not shutter.lead_to("one", lambda: True)
    assert held is not None
    held.close()
    assert shutter.lead_to("one", lambda: True)


def test_where_nothing_is_served_from_disk_nothing_is_done(tmp_path: Path) -> None:
    assert Shutter(tmp_path / "nowhere").shut() is None


def test_a_link_that_cannot_be_taken_away_refuses_the_change(shutter: Shutter, watched: Engine) -> None:
    """It would lead to something old in a moment."""
    shutter.lead_to("one", lambda: True)
    shutter.link.unlink()
    shutter.link.mkdir()

    with pytest.raises(OSError, match="current"), watched.begin() as connection:
        connection.execute(text("INSERT INTO tags (name) VALUES ('Sea')"))
    with watched.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tags")) == 0


def test_a_change_takes_it_away_before_it_is_committed_and_lets_go_after(shutter: Shutter, watched: Engine) -> None:
    shutter.lead_to("one", lambda: True)
    with watched.begin() as connection:
        connection.execute(text("INSERT INTO tags (name) VALUES ('Sea')"))
        assert shutter.target() == "one"

    assert shutter.target() is None
    assert shutter.lead_to("two", lambda: True)


def test_what_is_taken_back_or_seen_by_nobody_leaves_it(shutter: Shutter, watched: Engine) -> None:
    shutter.lead_to("one", lambda: True)
    with watched.connect() as connection:
        connection.execute(text("INSERT INTO tags (name) VALUES ('Sea')"))
        connection.rollback()
        connection.execute(text("SELECT 1"))
        connection.commit()

    assert shutter.target() == "one"


DYING = """
import os, sys
from sqlalchemy import create_engine, event, text
from cms.core.db import prepare_engine
from cms.core.generation import watch
from cms.core.shutter import Shutter
from pathlib import Path
folder, when = Path(sys.argv[1]), sys.argv[2]
engine = create_engine(f"sqlite:///{folder / 'site.db'}")
prepare_engine(engine)
watch(engine, Shutter(folder))
commit = engine.dialect.do_commit
def die(connection):
    if when == "after":
        commit(connection)
    os.kill(os.getpid(), 9)
engine.dialect.do_commit = die
with engine.begin() as connection:
    connection.execute(text("INSERT INTO tags (name) VALUES ('Sea')"))
"""


@pytest.mark.parametrize(("when", "rows"), [("before", 0), ("after", 1)])
def test_a_process_that_dies_around_its_commit_leaves_nothing_old(
    shutter: Shutter, watched: Engine, tmp_path: Path, when: str, rows: int
) -> None:
    shutter.lead_to("one", lambda: True)
    died = subprocess.run([sys.executable, "-c", DYING, str(tmp_path), when], cwd=ROOT)

    assert died.returncode == -signal.SIGKILL
    assert shutter.target() is None
    with watched.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tags")) == rows
    assert shutter.lead_to("two", lambda: True)  # nobody holds it back


SETTING = """
import sys
from pathlib import Path
from cms.core.shutter import Shutter
from sqlalchemy import create_engine, text
from cms.core.generation import ASK
folder = Path(sys.argv[1])
engine = create_engine(f"sqlite:///{folder / 'site.db'}", isolation_level="AUTOCOMMIT")
shutter, connection = Shutter(folder), engine.connect()
while True:
    number = connection.scalar(text(ASK))
    shutter.lead_to(str(number), lambda: connection.scalar(text(ASK)) == number)
"""


def test_whoever_reads_after_a_change_never_finds_the_way_to_what_was_before(
    shutter: Shutter, watched: Engine, tmp_path: Path
) -> None:
    """Two processes set the link as fast as they can, while changes are committed."""
    setters = [subprocess.Popen([sys.executable, "-c", SETTING, str(tmp_path)], cwd=ROOT) for _ in range(2)]
    try:
        deadline = time.monotonic() + 60
        while shutter.target() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        found = 0
        for _ in range(150):
            with watched.begin() as connection:
                connection.execute(text("INSERT INTO tags (name) VALUES ('Sea')"))
            with watched.connect() as connection:
                number = connection.scalar(text(ASK))
            for _look in range(3):
                target = shutter.target()
                assert target in (None, str(number))
                found += target is not None
                os.sched_yield()
        assert found > 10
    finally:
        for setter in setters:
            setter.kill()
            setter.wait()
