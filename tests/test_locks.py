"""The locks hold what is asked for: who changes `requirements.in` and forgets to lock hears it here."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_lock_satisfies_what_is_asked(name: str) -> None:
    asked = [line.split("#")[0].strip() for line in (ROOT / f"{name}.in").read_text().splitlines()]
    wanted = [Requirement(line) for line in asked if line and not line.startswith("-")]
    locked = dict(re.findall(r"^([^\s=]+)==(\S+)", (ROOT / f"{name}.txt").read_text(), re.MULTILINE))

    assert wanted
    assert [str(it) for it in wanted if not it.specifier.contains(locked.get(canonicalize_name(it.name), "0"))] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_locked_package_has_its_hashes(name: str) -> None:
    packages = re.split(r"^(?=\S+==)", (ROOT / f"{name}.txt").read_text(), flags=re.MULTILINE)[1:]

    assert packages
    assert [package for package in packages if "--hash=sha256:" not in package] == []
