"""One editor at a browser without JavaScript: signs in, opens the form of a post, saves, and settles conflicts."""

import random
import re
import time
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, ProxyHandler, build_opener

from bench.newsroom import PASSWORD, Editor

TIMEOUT_SECONDS = 60
MOST_CONFLICTS = 50
SHARE_OF_SHARED = 0.75
FIELD = r'<input[^>]*name="{}"[^>]*value="([^"]*)"'


@dataclass(frozen=True)
class Saved:
    """A text that the server has acknowledged with its redirect."""

    post: int
    email: str
    title: str
    body: str


@dataclass
class Shift:
    """What one client did and met; times are seconds."""

    saved: list[Saved] = field(default_factory=list)
    conflicts: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is the acknowledgement, so it must be seen."""

    def redirect_request(self, *_given: Any) -> None:
        return None


class Client:
    """A cookie jar and two methods."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener: OpenerDirector = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _NoRedirects())

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, page and Location."""
        data = urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(self.url + path, data, TIMEOUT_SECONDS) as answer:
                return answer.status, answer.read().decode(), ""
        except HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode(), answer.headers.get("Location") or ""


def work(url: str, editor: Editor, number: int, saves: int) -> Shift:
    """Save so many times, on shared posts mostly; runs in a process of its own."""
    shift, client, choose = Shift(), Client(url), random.Random(number)
    sign_in(client, editor.email)
    shift.began = time.monotonic()
    for turn in range(saves):
        post = choose.choice(editor.shared) if choose.random() < SHARE_OF_SHARED else editor.own
        mark = f"save {turn} by client {number}"
        text = "\n\n".join([mark, *(f"Paragraph {part} of {mark}." for part in range(choose.randint(1, 30)))])
        try:
            _save(client, shift, Saved(post, editor.email, f"Title of {mark}", text))
        except OSError as error:
            shift.errors.append(f"{type(error).__name__}: {error}")
    shift.ended = time.monotonic()
    return shift


def sign_in(client: Client, email: str, password: str = PASSWORD) -> None:
    """Through the form; anything but a redirect ends the measurement."""
    _status, page, _location = client.ask("/login")
    form = {"email": email, "password": password, "csrf_token": hidden(page, "csrf_token")}
    status, page, _location = client.ask("/login", form)
    if status != 302:
        raise RuntimeError(f"{email} could not sign in: {status}\n{page[:2000]}")


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(FIELD.format(name), page)
    if found is None:
        raise RuntimeError(f"The page has no field “{name}”:\n{page[:2000]}")
    return unescape(found[1])


def _save(client: Client, shift: Shift, text: Saved) -> None:
    """Open, write, send; a conflict is answered with one's own text until it is taken."""
    path = f"/admin/posts/edit/?id={text.post}"
    status, page, _location = client.ask(path)
    if status != 200:
        shift.errors.append(f"{status} on opening the form")
        return
    form = {"title": text.title, "body": text.body}
    for _attempt in range(MOST_CONFLICTS):
        form |= {"version": hidden(page, "version"), "csrf_token": hidden(page, "csrf_token")}
        sent = time.monotonic()
        status, page, location = client.ask(path, form)
        shift.seconds.append(time.monotonic() - sent)
        if status != 409:
            break
        shift.conflicts += 1
        form |= {"choice-title": "mine", "choice-body": "mine"}
    if status == 302 and "/login" not in location:
        shift.saved.append(text)
    else:
        shift.errors.append(f"{status} {location} on saving")
