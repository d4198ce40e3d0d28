"""What nginx writes down of who asked for what opens no door to whoever reads it."""

import re
from pathlib import Path

from flask import Flask

from cms.web.secret_addresses import is_secret
from deploy.front import free_port, front

SECRET = "tide-clock"


def test_no_link_of_a_mail_is_in_the_log_of_nginx(app: Flask, nginx_program: str, tmp_path: Path) -> None:
    """Nobody serves behind it: what was asked for is written down all the same."""
    links = [re.sub("<[^>]+>", SECRET, rule.rule) for rule in app.url_map.iter_rules() if is_secret(app, rule.endpoint)]
    with front(nginx_program, tmp_path, upstream=free_port(), pages=tmp_path / "pages", headers="") as there:
        for path in (*links, f"/search?q={SECRET}", "/posts/fog"):
            there.ask(path, Referer=f"https://www.example.com/reset/{SECRET}")

    log = (tmp_path / "access.log").read_text()
    assert len(log.splitlines()) == len(links) + 2 >= 7
    assert SECRET not in log
    assert '"GET /posts/fog HTTP/1.1" 502' in log
