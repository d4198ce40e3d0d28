"""One-time codes: Flask-Security keeps the secret encrypted and checks; a code that was used is never right again."""

from typing import Any

from flask import Flask, current_app

from cms.accounts.models import User
from cms.accounts.security import Totp
from cms.core.keys import derived_key
from cms.web import settings
from config import Config

#: One step to either side, for clocks that differ.
WINDOW_SECONDS = 30


class CodeFactory(Totp):
    """Remembers the last code of each person in their row, which the caller has locked."""

    def get_last_counter(self, user: Any) -> int | None:
        return int(user.tf_last_code) if user.tf_last_code else None

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        user.tf_last_code = str(tmatch.counter)

    def address(self, secret: str, label: str, issuer: str) -> str:
        """What an app reads from the picture."""
        found: str = self._totp.from_source(secret).to_uri(label.replace(":", " "), issuer.replace(":", " "))
        return found


def init_app(app: Flask, config: Config) -> None:
    app.extensions["copydesk_codes"] = CodeFactory({"1": derived_key(config.secret_key, "totp")}, "Copydesk")


def fresh_secret() -> str:
    """Encrypted, fit for the cookie and the database."""
    made: str = _factory().generate_totp_secret()
    return made


def is_right(user: User, secret: str, code: str) -> bool:
    """Whether the code is right now and was not used before; the person's row then knows it."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return False
    fits: bool = _factory().verify_totp(typed, secret, user, window=WINDOW_SECONDS)
    return fits


def spelled(secret: str) -> str:
    """To be typed where a picture cannot be scanned."""
    key: str = _factory().get_totp_pretty_key(secret)
    return key


def picture(user: User, secret: str) -> str:
    """A QR code as a data address: dark on white, since that is what cameras read."""
    import segno  # here, since few ever ask for one

    address = _factory().address(secret, user.email, settings().title)
    drawn: str = segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    return drawn


def _factory() -> CodeFactory:
    factory: CodeFactory = current_app.extensions["copydesk_codes"]
    return factory
