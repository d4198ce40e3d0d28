"""What the documentation tells receivers to do works on what we send."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cms.webhooks import signing
from cms.webhooks.kinds import PING, HookKind

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECRET = signing.new_secret()
BODY = '{"type": "ping", "data": {"title": "Größe"}}'.encode()


@pytest.fixture
def is_genuine() -> Callable[[str, dict[str, str], bytes], bool]:
    """The function of the page, as whoever copies it has it."""
    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Callable[[str, dict[str, str], bytes], bool]] = {}
    exec(code, names)
    return names["is_genuine"]


def test_the_example_takes_what_we_send_and_nothing_else(is_genuine: Callable[..., bool]) -> None:
    now = int(time.time())
    headers = signing.headers(SECRET, "msg_1", now, BODY)

    assert is_genuine(SECRET, headers, BODY)
    assert not is_genuine(signing.new_secret(), headers, BODY)
    assert not is_genuine(SECRET, headers, BODY + b" ")
    assert not is_genuine(SECRET, headers | {"webhook-id": "msg_2"}, BODY)
    assert not is_genuine(SECRET, headers | {"webhook-timestamp": str(now + 1)}, BODY)
    assert not is_genuine(SECRET, signing.headers(SECRET, "msg_1", now - 3600, BODY), BODY)


@pytest.mark.parametrize("kind", [*HookKind, PING])
def test_each_kind_is_described(kind: str) -> None:
    assert f"`{kind}`" in TEXT
