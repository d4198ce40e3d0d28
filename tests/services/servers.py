"""Throw-away servers: fast, unsafe to trust with data, gone when stopped."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .programs import POSTGRES, RABBITMQ, REDIS

#: Short enough for a socket's name, and open to the user a server runs as, which TMPDIR need not be.
TEMPORARY = "/tmp"
PATIENCE = 30.0
Command = list[str | Path]
#: What only a crash would need is off. The server's own zone is not UTC, so that a time without a zone is noticed.
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "timezone": "Asia/Kathmandu",
}
#: As many processes as a run may have, each with a virtual host of its own.
RABBITMQ_HOSTS = 16
#: Erlang's directory of nodes would stay for ever where the node itself started it.
RABBITMQ_START = 'epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" & exec "$0"'


@dataclass(frozen=True)
class Server:
    url: str
    stop: Callable[[], None]


def start_postgres() -> Server:
    """An empty cluster that answers on a socket in a folder of its own; raises Missing."""
    if url := os.environ.get("CMS_TEST_POSTGRES"):
        return Server(url, stop=lambda: None)
    binaries = POSTGRES.find().resolve().parent
    home = Path(tempfile.mkdtemp(prefix="copydesk-postgres-", dir=TEMPORARY))
    owner = _give_to_server_user(home)
    cluster: Command = ["-D", home / "data", "-U", "copydesk", "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    initdb: Command = [binaries / "initdb", "--no-sync", *cluster]
    subprocess.run(initdb, user=owner, cwd=home, check=True, stdout=subprocess.DEVNULL)
    settings = {**POSTGRES_SETTINGS, "unix_socket_directories": str(home)}
    options = [f"--{name}={value}" for name, value in settings.items()]
    process = _start([binaries / "postgres", "-D", home / "data", *options], home, owner)
    is_ready: Command = [binaries / "pg_isready", "--quiet", "-h", home, "-U", "copydesk"]
    _wait_until(lambda: subprocess.run(is_ready).returncode == 0, process, home)
    return Server(f"postgresql+psycopg://copydesk@/postgres?host={home}", lambda: _stop(process, home))


def start_redis() -> Server:
    """An empty Redis on a free port of the loopback, kept in memory only; raises Missing."""
    if url := os.environ.get("CMS_TEST_REDIS"):
        return Server(url, stop=lambda: None)
    program = REDIS.find()
    home = Path(tempfile.mkdtemp(prefix="copydesk-redis-", dir=TEMPORARY))
    port = _free_port()
    process = _start([program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", home], home)
    _wait_until(lambda: answers(port), process, home)
    return Server(f"redis://127.0.0.1:{port}/0", lambda: _stop(process, home))


def start_rabbitmq() -> Server:
    """A node of its own on a free port of the loopback, with virtual hosts called 0, 1, …; raises Missing."""
    if url := os.environ.get("CMS_TEST_RABBITMQ"):
        return Server(url, stop=lambda: None)
    program = RABBITMQ.find()
    home = Path(tempfile.mkdtemp(prefix="copydesk-rabbitmq-", dir=TEMPORARY))
    port = _free_port()
    hosts = [str(number) for number in range(RABBITMQ_HOSTS)]
    everything = {"user": "guest", "configure": ".*", "write": ".*", "read": ".*"}
    known = {
        "users": [{"name": "guest", "password": "guest", "tags": ""}],
        "vhosts": [{"name": host} for host in hosts],
        "permissions": [{"vhost": host, **everything} for host in hosts],
    }
    (home / "known.json").write_text(json.dumps(known))
    (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\nload_definitions = {home}/known.json\n")
    settings = {
        "HOME": str(home),
        "ERL_EPMD_PORT": str(_free_port()),
        "RABBITMQ_NODENAME": f"{home.name}@localhost",
        "RABBITMQ_DIST_PORT": str(_free_port()),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(home),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1 -start_epmd false",
    }
    process = _start(["sh", "-c", RABBITMQ_START, program], home, settings=settings)
    _wait_until(lambda: is_amqp(port), process, home, _kill, patience=4 * PATIENCE)
    return Server(f"amqp://guest:guest@127.0.0.1:{port}", lambda: _kill(process, home))


def _give_to_server_user(home: Path) -> str | None:
    """PostgreSQL refuses to run as root; it gets the folder and a user without rights."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    owner = "postgres" if "postgres" in known else "nobody"
    shutil.chown(home, owner)
    return owner


def _start(
    command: Command, home: Path, owner: str | None = None, settings: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C is for the tests, who then stop it in order."""
    environment = os.environ | (settings or {})
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            command, user=owner, cwd=home, stdout=log, stderr=log, env=environment, start_new_session=True
        )


def _wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    home: Path,
    stop: Callable[[subprocess.Popen[bytes], Path], None] | None = None,
    patience: float = PATIENCE,
) -> None:
    deadline = time.monotonic() + patience
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            said = (home / "log").read_text(errors="replace")
            (stop or _stop)(process, home)
            raise RuntimeError(f"A server did not start. It said:\n{said}")
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes], home: Path) -> None:
    process.send_signal(signal.SIGINT)  # for PostgreSQL: do not wait for those who are connected
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(home, ignore_errors=True)


def _kill(process: subprocess.Popen[bytes], home: Path) -> None:
    """With all that it started: nothing of it is worth an orderly end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a Redis is there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as redis:
        redis.sendall(b"PING\r\n")
        return redis.recv(16).startswith(b"+PONG")
    return False


def is_amqp(port: int) -> bool:
    """Whether a RabbitMQ is there, which begins a conversation with whoever speaks its language."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as rabbit:
        rabbit.sendall(b"AMQP\0\0\x09\x01")
        return rabbit.recv(1) == b"\x01"
    return False
