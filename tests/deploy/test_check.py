"""The rehearsal for operators: what the Dockerfile says, on PostgreSQL and Redis and behind nginx."""

import subprocess
import sys
from collections.abc import Callable

from config import ROOT


def test_what_is_in_deploy_works_together(
    nginx_program: str, postgres_database: Callable[..., str], redis_url: str
) -> None:
    """With the libraries of this Python: to install them anew takes a network."""
    services = ["--postgres", postgres_database("checked"), "--redis", redis_url]

    done = subprocess.run(
        [sys.executable, "-m", "deploy.check", "--here", *services], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "RUN python -m compileall" in said
    assert "CMD gunicorn --config deploy/gunicorn.conf.py HEALTHCHECK ok" in said
    assert '"redis":"ok"' in said
    assert "http /posts?before=1 301 https://www.example.com/posts?before=1" in said
