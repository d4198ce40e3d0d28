"""What waits sealed opens with the whole secret, and with nothing less."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from cms.web.sealing import seal, unseal

BEGINNING = "Tq8-zVw2_LkR5nYxB7mJdF3hGc9sPa4eUo6iTq8-zVw2_LkR5nYxB7mJdF3hGc9s"
LINK = {"link": "/reset/fog"}


@pytest.fixture(autouse=True)
def secret() -> Iterator[Flask]:
    """An application with a secret of more than 64 bytes."""
    app = Flask(__name__)
    app.secret_key = f"{BEGINNING}of this installation"
    with app.app_context():
        yield app


def test_what_was_sealed_opens() -> None:
    sealed = seal(LINK)

    assert "fog" not in sealed
    assert unseal(sealed, within=timedelta(minutes=1)) == LINK


@pytest.mark.parametrize("other", [BEGINNING, f"{BEGINNING}of another"])
def test_a_secret_that_only_begins_alike_opens_nothing(secret: Flask, other: str) -> None:
    sealed = seal(LINK)
    secret.secret_key = other

    assert unseal(sealed) is None


def test_what_an_earlier_version_sealed_opens_still() -> None:
    """It made its key from the first 64 bytes."""
    key = hashlib.blake2b(b"copydesk sealed jobs", key=BEGINNING.encode(), digest_size=32).digest()
    sealed = Fernet(base64.urlsafe_b64encode(key)).encrypt(json.dumps(LINK).encode()).decode()

    assert unseal(sealed) == LINK


def test_no_seal_at_all_opens_nothing() -> None:
    assert unseal("fog") is None
