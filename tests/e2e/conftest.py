"""A real browser on a real server: gunicorn with the demo magazine, started once for each worker."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
MAIL_SECONDS = 30
#: Milliseconds to wait for anything: enough for a machine with several browsers and servers on two processors.
PATIENCE = 30_000
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
#: Nothing moves, so that colours are measured as they stay.
CALM: dict[str, Any] = {"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce"}

#: Runs before any script of the page and says in the console what the policy refused.
NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (e) => {
  console.error(`CSP: ${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile || ""}:${e.lineNumber}`);
});
"""


@dataclass(frozen=True)
class Server:
    """A running site: where it answers, and the file with what it prints."""

    url: str
    log: Path

    def last_link(self, word: str, *, to: str = "") -> str:
        """The newest address of this site that holds this word, of those printed, or mailed to somebody.

        It may still be under way: mail is sent after the answer.
        """
        mail = rf"^To: {re.escape(to)}$(?:(?!^To: ).)*?" if to else ""
        link = re.compile(rf"{mail}{self.url}(/[^\s]*{word}[^\s]*)$", re.MULTILINE | re.DOTALL)
        until = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < until:
            if found := link.findall(self.log.read_text("utf-8")):
                return str(found[-1])
            time.sleep(0.05)
        pytest.fail(f"no link for {word} was printed:\n{self.log.read_text()}")


@contextmanager
def running(command: str, instance: Path, **settings: str) -> Iterator[Server]:
    """`manage.py demo` or `manage.py serve` with an instance of its own, stopped as Ctrl-C would.

    Settings may name the `{port}` that it gets.
    """
    server = Server(f"http://127.0.0.1:{_free_port()}", instance / "log.txt")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CMS_")},
        "CMS_NO_VENV": "1",
        "CMS_INSTANCE": str(instance),
        "CMS_TRUSTED_PROXIES": "1",  # a forwarded address is held to the limits; one's own machine is not
        "PYTHONUNBUFFERED": "1",
        **{name: value.format(port=server.url.rpartition(":")[2]) for name, value in settings.items()},
    }
    arguments = [sys.executable, str(ROOT / "manage.py"), command, "--port", server.url.rpartition(":")[2]]
    with server.log.open("wb") as log:
        process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=instance)
    try:
        _wait_until_up(f"{server.url}/healthz", process, server.log)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo magazine, on SQLite."""
    with running("demo", tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture(scope="session")
def site(demo: Server) -> str:
    return demo.url


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(chrome: Browser, site: str) -> Callable[[str], StorageState]:
    """The cookies of a demo person; each of them signs in once for all tests."""

    @cache
    def cookies_of(name: str) -> StorageState:
        with closing(chrome.new_context(base_url=site)) as context:
            sign_in(context.new_page(), f"{name}@example.com")
            return context.storage_state()

    return cookies_of


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """What browsers complained of since the last test began."""
    return []


@pytest.fixture(autouse=True)
def _nothing_to_complain_of(complaints: list[str]) -> Iterator[None]:
    """Every test ends without an error in the console and without a report of the Content-Security-Policy."""
    complaints.clear()
    yield
    assert complaints == []


@pytest.fixture(scope="session")
def open_browser(
    chrome: Browser, site: str, complaints: list[str], signed_in: Callable[[str], StorageState]
) -> Callable[..., Page]:
    """Opens a window for somebody signed in, or for a visitor; whoever calls it closes its context."""

    def open_window(name: str | None = None, **options: Any) -> Page:
        state = {"storage_state": signed_in(name)} if name else {}
        context = chrome.new_context(**CALM | {"base_url": site} | state | options)
        context.add_init_script(NOTE_VIOLATIONS)
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda message: _note(complaints, message))
        context.on("weberror", lambda error: complaints.append(f"error: {error.error}"))
        return context.new_page()

    return open_window


@pytest.fixture
def person(open_browser: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """Opens a browser of one's own: `person()` for a visitor, `person("editor")` for somebody signed in."""
    pages: list[Page] = []

    def come(name: str | None = None, **options: Any) -> Page:
        pages.append(open_browser(name, **options))
        return pages[-1]

    yield come
    for page in pages:
        page.context.close()


def sign_in(page: Page, email: str, password: str = "copydesk-demo") -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/**")


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    # Chromium itself notes every answer of 400 and above; those are the test's own subject.
    if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
        complaints.append(f"{message.type}: {message.text}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"it did not start:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"it did not answer in {START_SECONDS} s:\n{log.read_text()}")
