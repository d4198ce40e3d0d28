"""Where the programs are that tests need, and the command that brings the ones that are not there."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.front import BROTLI as MODULE


class Missing(Exception):
    """A program is not on this machine; the text says what to do, in one line."""


@dataclass(frozen=True)
class Program:
    name: str
    commands: tuple[str, ...]
    remedy: str
    #: Where it lives when it is not on the PATH, newest version last.
    places: tuple[str, ...] = ()
    #: The variable that names one on another machine.
    elsewhere: str = ""

    def find(self) -> Path:
        """The program's file; raises Missing."""
        for command in self.commands:
            if found := shutil.which(command):
                return Path(found)
        for place in self.places:
            folder, pattern = place.split("*", 1)
            if found_here := sorted(Path(folder).expanduser().glob("*" + pattern), key=_version):
                return found_here[-1]
        raise Missing(f"{self.name} is missing: {self.remedy}")

    def lack(self) -> str | None:
        """What to do to have it, where it is neither here nor named by its variable."""
        if os.environ.get(self.elsewhere):
            return None
        try:
            self.find()
        except Missing as missing:
            return str(missing)
        return None


def _version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


POSTGRES = Program(
    "PostgreSQL",
    ("postgres",),
    "sudo apt-get install postgresql",
    places=("/usr/lib/postgresql/*/bin/postgres", "/usr/pgsql-*/bin/postgres"),
    elsewhere="CMS_TEST_POSTGRES",
)
REDIS = Program(
    "Redis", ("redis-server", "valkey-server"), "sudo apt-get install redis-server", elsewhere="CMS_TEST_REDIS"
)
RABBITMQ = Program(
    "RabbitMQ",
    (),  # Debian's on the PATH would become another user, in folders of its own
    "sudo apt-get install rabbitmq-server",
    places=(
        "/usr/local/sbin/*rabbitmq-server",
        "/opt/homebrew/sbin/*rabbitmq-server",
        "/usr/lib/rabbitmq/bin/*rabbitmq-server",
    ),
    elsewhere="CMS_TEST_RABBITMQ",
)
CHROMIUM = Program(
    "Chromium",
    ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser"),
    "sudo apt-get install chromium (Ubuntu: .venv/bin/playwright install --with-deps chromium)",
    places=("~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",),
)
NGINX = Program("nginx", ("nginx",), "sudo apt-get install nginx", places=("/usr/sbin/*nginx",))
BROTLI = Program(
    "ngx_brotli",
    (),
    "sudo apt-get install libnginx-mod-http-brotli-static",
    places=(str(MODULE.with_name(f"*{MODULE.name}")),),
)
SYSTEMD = Program("systemd-analyze", (), "sudo apt-get install systemd", places=("/usr/bin/*systemd-analyze",))
ALL = (POSTGRES, REDIS, RABBITMQ, CHROMIUM, NGINX, BROTLI, SYSTEMD)
