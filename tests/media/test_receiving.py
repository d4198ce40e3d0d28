"""Taking a file from a request: what is held, and what is not, while a decoder works."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from werkzeug.datastructures import FileStorage

from cms.extensions import db
from cms.web.files import received
from tests.media import files

HALF_A_FILE = """
import sys, time
from cms.media.storage import open_storage

class Stalling:
    def __init__(self): self.given = False
    def seek(self, *where): return 0
    def read(self, size):
        if self.given:
            print("half", flush=True)
            time.sleep(60)
        self.given = True
        return b"x" * 100_000

open_storage(sys.argv[1]).put(Stalling())
"""


class Watching(io.BytesIO):
    """Notes at every read whether a transaction is open."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.transactions: list[bool] = []

    def read(self, size: int | None = -1) -> bytes:
        self.transactions.append(db.session().in_transaction())
        return super().read(size)


def test_no_transaction_is_open_while_a_file_is_judged(app: Flask, clean: None) -> None:
    stream = Watching(files.image().getvalue())

    with app.test_request_context("/", method="POST"):
        db.session.execute(text("SELECT 1"))
        assert db.session().in_transaction()
        prepared = received(FileStorage(stream, "one.png"))

    assert prepared.filename == "one.png"
    assert stream.transactions
    assert not any(stream.transactions)


def test_a_worker_killed_half_way_leaves_no_file_under_a_final_name(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", HALF_A_FILE, tmp_path.as_uri()], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        os.kill(writer.pid, signal.SIGKILL)

    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name.startswith(".draft-") for path in left] == [True]
