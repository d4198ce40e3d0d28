"""Fixtures for what tests need from outside: `postgres_url`, `redis_url`, `rabbitmq_url`, `chromium`, `nginx_program`.

What this machine lacks is skipped with the command that brings it. Where `CI` is set nothing may be skipped: a run that
lacks something ends at once, and one that skipped a test fails. What reads the real files beside the repository is left
out, not skipped, where they are not.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from _pytest.terminal import TerminalReporter

from . import keeper
from .databases import drop_database, fresh_database
from .programs import ALL, BROTLI, CHROMIUM, NGINX, POSTGRES, RABBITMQ, REDIS, SYSTEMD, Program
from .servers import Server

#: Where the real files are, if they are; for tests that have samples of their own as well.
SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "shared_data: reads the real files beside the repository; left out where they are not"
    )
    for name in set(os.environ) - {"CMS_NO_VENV"}:
        if name.startswith("CMS_") and not name.startswith("CMS_TEST_"):
            del os.environ[name]  # the database of whoever runs the tests is not theirs to use
    if _leads(config):
        stack = ExitStack()
        stack.enter_context(keeper.keeper())
        config.add_cleanup(stack.close)


def pytest_sessionstart(session: pytest.Session) -> None:
    missing = _missing()
    if IN_CI and missing and _leads(session.config):
        pytest.exit("\n".join(missing), returncode=1)


def pytest_report_header() -> list[str]:
    return [f"{line} (its tests are skipped)" for line in _missing()]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not _shared_data(config).is_dir():
        absent = [item for item in items if _wants_shared_data(item)]
        items[:] = [item for item in items if item not in absent]
        config.hook.pytest_deselected(items=absent)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if IN_CI and _leads(session.config) and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    if IN_CI and _skipped(config):
        terminalreporter.write_line("Nothing may be skipped where CI is set.", red=True)


@pytest.fixture(scope="session")
def postgres_server() -> Server:
    """The run's PostgreSQL, for those who make databases themselves with `fresh_database`."""
    _need(POSTGRES)
    return keeper.shared_server("postgres")


@pytest.fixture(scope="session")
def postgres_database(postgres_server: Server) -> Iterator[Callable[..., str]]:
    """Makes databases of this process: call it with a name, and perhaps the name of the one to copy, for the URL."""
    made = []

    def make(name: str, template: str | None = None) -> str:
        made.append(_own(name))
        return fresh_database(postgres_server, _own(name), template and _own(template))

    yield make
    for name in made:
        drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def postgres_url(postgres_database: Callable[..., str]) -> str:
    """This process's database, with nothing in it at first."""
    return postgres_database("empty")


@pytest.fixture(scope="session")
def redis_address() -> str:
    """A Redis; each process of the run has a database of its own there."""
    _need(REDIS)
    return keeper.shared_server("redis").url.removesuffix("/0") + "/" + WORKER.removeprefix("gw")


@pytest.fixture
def redis_url(redis_address: str) -> str:
    """That Redis with nothing in it."""
    with redis.Redis.from_url(redis_address) as client:
        client.flushdb()
    return redis_address


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """A RabbitMQ; each process of the run has a virtual host of its own there."""
    _need(RABBITMQ)
    return f"{keeper.shared_server('rabbitmq').url}/{WORKER.removeprefix('gw')}"


@pytest.fixture(scope="session")
def shared_data(pytestconfig: pytest.Config) -> Path:
    """The folder of the real files; asking for it marks a test as `shared_data`."""
    return _shared_data(pytestconfig)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's file, for Playwright's `executable_path`."""
    _need(CHROMIUM)
    return str(CHROMIUM.find())


@pytest.fixture(scope="session")
def nginx_program() -> str:
    """The web server's file."""
    _need(NGINX)
    return str(NGINX.find())


@pytest.fixture(scope="session")
def nginx_with_brotli(nginx_program: str) -> str:
    """The same file, where its module for brotli is there as well."""
    _need(BROTLI)
    return nginx_program


@pytest.fixture(scope="session")
def systemd_analyze() -> str:
    """What reads units; systemd itself need not run."""
    _need(SYSTEMD)
    return str(SYSTEMD.find())


def _own(name: str) -> str:
    return f"copydesk_{os.getpid()}_{name}"


def _shared_data(config: pytest.Config) -> Path:
    return config.rootpath.parent / "shared" / "data"


def _wants_shared_data(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("shared_data")) or "shared_data" in getattr(item, "fixturenames", ())


def _need(program: Program) -> None:
    if lack := program.lack():
        pytest.skip(lack)


def _missing() -> list[str]:
    return [lack for program in ALL if (lack := program.lack())]


def _leads(config: pytest.Config) -> bool:
    """Whether this is the process that people start, not one of its workers."""
    return not hasattr(config, "workerinput")


def _skipped(config: pytest.Config) -> bool:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return bool(reporter and reporter.stats.get("skipped"))
