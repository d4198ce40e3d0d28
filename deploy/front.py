"""nginx with our own file, on this machine: only places, ports and the certificate are others."""

import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

HOST = "www.example.com"
DEPLOY = Path(__file__).parent
START_SECONDS = 30
#: Where Debian puts it.
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Front:
    """A running nginx; `plain` and `tls` are its ports."""

    folder: Path
    plain: int
    tls: int

    def ask(
        self, path: str, *, method: str = "GET", host: str = HOST, body: str | None = None, **headers: str
    ) -> Answer:
        """Over TLS, with the host said in the handshake as well."""
        connection = HTTPSConnection("127.0.0.1", self.tls, context=self._trusting(), timeout=30)
        plain = socket.create_connection(("127.0.0.1", self.tls), timeout=30)
        connection.sock = self._trusting().wrap_socket(plain, server_hostname=HOST)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, headers={"Host": host} | named)
            answer: HTTPResponse = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def _trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "cert.pem"))


@contextmanager
def front(program: str, folder: Path, *, upstream: int, pages: Path, headers: str) -> Iterator[Front]:
    """Until the block ends. `headers`: what `pages headers` printed."""
    plain, tls = free_port(), free_port()
    _make_certificate(folder)
    _use_brotli(folder)
    (folder / "headers.conf").write_text(headers)
    (folder / "nginx.conf").write_text(here((DEPLOY / "nginx.conf").read_text(), folder, plain, tls, upstream, pages))
    with nginx(program, folder, tls):
        yield Front(folder, plain, tls)


@contextmanager
def nginx(program: str, folder: Path, port: int) -> Iterator[None]:
    """With the `nginx.conf` of the folder, which listens at this port."""
    command = [program, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    subprocess.run([*command, "-t", "-q"], check=True)
    with subprocess.Popen([*command, "-g", "daemon off;"]) as server:
        try:
            _wait_for(port)
            yield
        finally:
            server.send_signal(signal.SIGQUIT)


def here(conf: str, folder: Path, plain: int, tls: int, upstream: int, pages: Path) -> str:
    """The file with the places of this machine, what is told of reads beside the pages.

    Every replacement has to find what it replaces.
    """
    replaced = {
        r"^user www-data;": "user root;" if os.geteuid() == 0 else "",
        r"worker_processes auto;": "worker_processes 2;",
        r"/run/nginx\.pid": f"{folder}/nginx.pid",
        r"/var/log/nginx/": f"{folder}/",
        r"listen 80 ": f"listen 127.0.0.1:{plain} ",
        r"listen 80;": f"listen 127.0.0.1:{plain};",
        r"listen 443 ": f"listen 127.0.0.1:{tls} ",
        r"server 127\.0\.0\.1:8000;": f"server 127.0.0.1:{upstream};",
        r"/var/cache/nginx/copydesk": f"{folder}/cache",
        r"/run/copydesk/pages": str(pages),
        r"/run/copydesk-reads/": f"{pages.parent}/",
        r"/etc/copydesk/tls/fullchain\.pem": f"{folder}/cert.pem",
        r"/etc/copydesk/tls/privkey\.pem": f"{folder}/key.pem",
        r"/etc/nginx/modules-enabled/": f"{folder}/modules-enabled/",
        r"/etc/nginx/copydesk-modules/": f"{folder}/copydesk-modules/",
        r"/etc/nginx/copydesk-headers\.conf": f"{folder}/headers.conf",
        r"/etc/nginx/copydesk-proxy\.conf": str(DEPLOY / "proxy.conf"),
        r"^http \{": "http {\n" + "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in _TEMPORARY),
    }
    for pattern, text in replaced.items():
        conf, count = re.subn(pattern, lambda _found, text=text: text, conf, flags=re.MULTILINE)
        assert count, pattern
    return conf


_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _use_brotli(folder: Path) -> None:
    """Where this machine has the module, as docs/deploying.md says."""
    if BROTLI.exists():
        for name, text in (
            ("modules-enabled", f"load_module {BROTLI};"),
            ("copydesk-modules", (DEPLOY / "brotli.conf").read_text()),
        ):
            (folder / name).mkdir()
            (folder / name / "brotli.conf").write_text(text)


def _make_certificate(folder: Path) -> None:
    """A throw-away one."""
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    keys = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", str(folder / "key.pem")]
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", *keys, "-out", str(folder / "cert.pem"), *subject]
    subprocess.run(command, check=True, capture_output=True)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
