"""The files of deploy/ are what the programs that read them take."""

import json
import os
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cms.cli.processes import PRELOADED
from cms.cli.server import settings_of
from config import ROOT
from deploy.front import DEPLOY

UNITS = sorted(DEPLOY.glob("*.service"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_gunicorn_is_set_as_serve_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMS_BIND", "127.0.0.1:8001")
    monkeypatch.setenv("CMS_WORKERS", "3")

    said = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))

    expected = settings_of("127.0.0.1:8001", 3) | PRELOADED
    assert {name: said[name] for name in expected} == expected
    assert said["wsgi_app"] == "cms:create_app()"


def test_every_service_needs_what_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services.keys() == {"migrate", "app", "worker", "nginx", "postgres", "redis"}
    for service in services.values():
        assert service.keys() <= KNOWN, service.keys() - KNOWN
        assert ("image" in service) or ("build" in service)
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services
            assert how["condition"] in CONDITIONS
            if how["condition"] == "service_healthy" and needed != "app":  # whose image has its own
                assert services[needed]["healthcheck"]["test"]
        for volume in service.get("volumes", []):
            place, inside, *_ = volume.split(":")
            assert inside.startswith("/")
            assert place.startswith("./") or place in compose["volumes"]


#: Of the compose specification, what we use.
KNOWN = {
    "build",
    "image",
    "restart",
    "environment",
    "volumes",
    "read_only",
    "tmpfs",
    "cap_drop",
    "security_opt",
    "command",
    "depends_on",
    "ports",
    "stop_grace_period",
    "healthcheck",
    "network_mode",
}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def test_what_is_mounted_or_copied_is_there(compose: dict[str, Any]) -> None:
    made_by_the_operator = {"./tls", "./headers.conf"}
    mounted = {volume.split(":")[0] for volume in compose["services"]["nginx"]["volumes"]}
    assert all((DEPLOY / path).exists() for path in mounted - made_by_the_operator - compose["volumes"].keys())
    assert (ROOT / compose["services"]["app"]["build"]["dockerfile"]).is_file()


def test_every_setting_that_is_named_exists() -> None:
    known = set(re.findall(r"^(CMS_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    known |= {"CMS_NO_VENV", "CMS_BIND", "CMS_WORKERS"}
    for path in (DEPLOY / "compose.yaml", DEPLOY / "Dockerfile", *UNITS):
        assert set(re.findall(r"\bCMS_\w+", path.read_text())) <= known, path


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    words = [line.split()[0] for line in lines if re.match(r"[A-Z]+ ", line)]

    assert set(words) <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert words.index("USER") < words.index("CMD")
    assert "USER copydesk" in lines
    [command] = [line.removeprefix("CMD ") for line in lines if line.startswith("CMD ")]
    assert json.loads(command)[0] == "gunicorn"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_units(unit: Path, tmp_path: Path, systemd_analyze: str) -> None:
    """It looks for the programs that they start, so that those of this machine stand in."""
    text = unit.read_text().replace("/opt/copydesk/.venv/bin/python", "/bin/sh")
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    assert sections == ["Unit", "Service", "Install"]
    for other in UNITS:
        (tmp_path / other.name).write_text(other.read_text().replace("/opt/copydesk/.venv/bin/python", "/bin/sh"))
    done = subprocess.run(
        [systemd_analyze, "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True
    )
    assert unit.name not in done.stderr, done.stderr


def test_what_nginx_tells_of_reads_lies_where_nobody_but_root_puts_files(tmp_path: Path, systemd_analyze: str) -> None:
    """Its owners here are those of whoever runs this."""
    text = (DEPLOY / "copydesk.tmpfiles").read_text()
    [(folder_owner, _), (owner, group)] = re.findall(r" 0\d{3} (\S+) (\S+) -$", text, re.MULTILINE)
    assert (folder_owner, owner, group) == ("root", "www-data", "copydesk")
    mine = re.sub(r"(root|www-data) (root|copydesk) -$", f"{os.getuid()} {os.getgid()} -", text, flags=re.MULTILINE)
    (tmp_path / "copydesk.conf").write_text(mine)

    program = Path(systemd_analyze).with_name("systemd-tmpfiles")
    subprocess.run([program, "--create", f"--root={tmp_path}", tmp_path / "copydesk.conf"], check=True)

    log = re.search(r"access_log /(\S+) told ", (DEPLOY / "nginx.conf").read_text())
    assert log
    assert (tmp_path / log[1]).stat().st_mode & 0o777 == 0o660
    assert (tmp_path / log[1]).parent.stat().st_mode & 0o777 == 0o755
    for unit in ("copydesk.service", "compose.yaml"):
        assert log[1] in (DEPLOY / unit).read_text()
    unit = (DEPLOY / "copydesk.service").read_text()
    assert f"ReadWritePaths=-/{Path(log[1]).parent}\n" in unit
    assert "RuntimeDirectoryPreserve=restart\n" in unit, "or reads of the last second before it are lost"
