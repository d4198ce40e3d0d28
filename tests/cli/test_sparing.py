"""What a server that has worked for months holds: one heap, and nothing that it does not use."""

import ctypes
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request_started
from sqlalchemy.orm import Session

from cms import create_app
from cms.cli.sparing import make_once, share_what_is_there
from cms.posts.lifecycle import PUBLISHED
from cms.settings.models import SettingValue
from cms.site.reads import reads_of
from tests.cli.conftest import spoil
from tests.factories import Make

ROOT = Path(__file__).parents[2]
#: As a worker packs pages: large pieces for a moment in several threads at once, and small ones that stay.
THREADS_AT_WORK = """
import ctypes, threading
from cms.cli.sparing import keep_one_heap
keep_one_heap()
together, kept = threading.Barrier(4), []

def work():
    for _ in range(200):
        together.wait()
        large = [bytearray(300_000) for _ in range(10)]
        kept.append(b"x" * 5_000 + str(len(large)).encode())

threads = [threading.Thread(target=work) for _ in range(4)]
[one.start() for one in threads]
[one.join() for one in threads]
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fflush.argtypes = [ctypes.c_void_p]
output = libc.fdopen(1, b"w")
libc.malloc_info(0, output)
libc.fflush(output)
"""
#: As after many pages were made at once: hardly anything of it stays, but it lies at the end.
MUCH_IS_FREE = """
from pathlib import Path
from cms.cli.sparing import give_back, keep_one_heap
keep_one_heap()

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20

pieces = [b"x" * 5_000 + str(number).encode() for number in range(10_000)]
last = pieces[-1]
del pieces
before = megabytes()
give_back()
print(before - megabytes())
"""
#: What only some need: who changes tables, works on PostgreSQL, writes code, has Redis, a broker, a passkey or a JWT.
FOR_FEW = {
    *("alembic", "celery", "flask_migrate", "jwt", "mako", "psycopg", "pygments.lexers", "redis"),
    *("OpenSSL", "pyasn1", "segno", "webauthn"),
}


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="of glibc alone")
def test_all_threads_of_a_server_share_one_heap() -> None:
    told = subprocess.run([sys.executable, "-c", THREADS_AT_WORK], cwd=ROOT, capture_output=True, text=True, check=True)

    assert told.stdout.count("<heap nr=") == 1


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="of glibc alone")
def test_what_is_free_in_the_midst_of_the_heap_goes_back() -> None:
    command = [sys.executable, "-c", MUCH_IS_FREE]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert int(told.stdout) > 30


def test_the_front_page_is_made_before_the_workers(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, inner = [], app.wsgi_app

    def asked(environ: Any, start_response: Any) -> Any:
        def start(status: str, *more: Any) -> Any:
            answers.append((environ["HTTP_HOST"], environ["PATH_INFO"], status))
            return start_response(status, *more)

        return inner(environ, start)

    monkeypatch.setattr(app, "wsgi_app", asked)
    make_once(app)
    assert answers == [("localhost", "/", "200 OK")]


def test_it_is_made_though_it_was_kept_by_those_before(app: Flask) -> None:
    app.test_client().get("/", base_url="http://localhost")

    made: list[str] = []
    with request_started.connected_to(lambda *_told, **_more: made.append("a page"), app):
        app.test_client().get("/", base_url="http://localhost")
        assert made == [], "it is kept"
        make_once(app)
    assert made


def test_it_is_no_read_of_the_page_that_stands_there(app: Flask, session: Session, make: Make) -> None:
    """Each worker would write it, and those that come after them as well."""
    front = make.page(slug="front", status=PUBLISHED)
    session.add(SettingValue(key="home_page_id", value=front.id, updated_at=make.at))
    session.commit()

    make_once(app)
    assert reads_of(app).take() is None

    app.test_client().get("/", base_url="http://localhost")
    assert reads_of(app).take() is not None


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("fault", ["DROP TABLE settings", "DROP TABLE editions"])
def test_a_server_begins_on_tables_of_another_version_and_says_so(installation: Path, fault: str) -> None:
    spoil(installation, fault, "UPDATE alembic_version SET version_num = '0001'")
    app = create_app("development")

    make_once(app)

    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "db upgrade" in answer.text


def test_what_was_made_before_the_workers_is_not_looked_at_again() -> None:
    made = {"by": ["the", "arbiter"]}
    assert any(one is made for one in gc.get_objects())
    try:
        share_what_is_there()
        assert not any(one is made for one in gc.get_objects())
    finally:
        gc.unfreeze()


def test_a_server_on_sqlite_loads_nothing_that_only_others_need(tmp_path: Path) -> None:
    settings = {**os.environ, "CMS_INSTANCE": str(tmp_path), "CMS_DATABASE_URL": f"sqlite:///{tmp_path / 'it.db'}"}
    script = (
        "import sys; sys.modules['rich'] = None;"  # which is there for development alone, and loads much
        "import cms.cli.opening, cms.cli.processes, cms; cms.create_app('development'); print(*sys.modules)"
    )
    command = [sys.executable, "-c", script]
    told = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=True)

    assert not FOR_FEW & set(told.stdout.split())
