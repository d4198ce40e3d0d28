"""How often somebody may try, and the signed cookie by which a device is known again."""

from datetime import timedelta
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from cms.accounts.actions.attempts import Limit, Tally
from cms.accounts.models import User
from cms.accounts.names import fold_email
from cms.core.keys import derived_key
from cms.web import runtime
from cms.web.limits import is_exempt, keyed, network, tally

FIVE_MINUTES, HOUR = timedelta(minutes=5), timedelta(hours=1)
SIGN_IN_BY_BOTH = Limit("sign_in.account_and_address", 10, FIVE_MINUTES)
SIGN_IN_BY_ADDRESS = Limit("sign_in.address", 50, FIVE_MINUTES)
SIGN_IN_BY_ACCOUNT = Limit("sign_in.account", 30, FIVE_MINUTES)
SECOND_FACTOR = (Limit("second_factor", 5, FIVE_MINUTES), Limit("second_factor.hour", 20, HOUR))
CURRENT_PASSWORD = Limit("current_password", 10, FIVE_MINUTES)
PICTURE = Limit("picture", 10, HOUR)
LINK_BY_ADDRESS = Limit("link.address", 50, FIVE_MINUTES)

DEVICE = "copydesk-device"
DEVICE_SECONDS = 365 * 24 * 3600
ACCOUNTS_PER_DEVICE = 5


def sign_in_tallies(email: str) -> list[Tally]:
    """What a try at this account counts against; a device it was used on before passes the account's own limit."""
    if is_exempt():
        return []
    account, address = fold_email(email), network()
    tallies = [tally(SIGN_IN_BY_BOTH, account, address), tally(SIGN_IN_BY_ADDRESS, address)]
    return tallies if _is_known_device(email) else [*tallies, tally(SIGN_IN_BY_ACCOUNT, account)]


def second_factor_tallies(user: User) -> list[Tally]:
    return [] if is_exempt() else [tally(limit, str(user.id)) for limit in SECOND_FACTOR]


def current_password_tallies(user: User) -> list[Tally]:
    return [] if is_exempt() else [tally(CURRENT_PASSWORD, str(user.id))]


def picture_tallies(user: User) -> list[Tally]:
    """Whoever signs up may have a picture, and must not fill the disk with them."""
    return [] if is_exempt() else [tally(PICTURE, str(user.id))]


def link_tallies() -> list[Tally]:
    """For pages behind a link, where somebody could try out links or passwords."""
    return [] if is_exempt() else [tally(LINK_BY_ADDRESS, network())]


def remember_device(response: Response, user: User) -> Response:
    """After a full sign-in: this device may try this account even while strangers are locked out of it."""
    mine = _device_mark(user.email)
    marks = [mine, *(mark for mark in _device_marks() if mark != mine)][:ACCOUNTS_PER_DEVICE]
    response.set_cookie(
        DEVICE,
        _signer().dumps(marks),
        max_age=DEVICE_SECONDS,
        path="/login",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
    return response


def _is_known_device(email: str) -> bool:
    return _device_mark(email) in _device_marks()


def _device_marks() -> list[str]:
    try:
        marks: Any = _signer().loads(request.cookies.get(DEVICE, ""))
    except BadSignature:
        return []
    return [mark for mark in marks if isinstance(mark, str)] if isinstance(marks, list) else []


def _device_mark(email: str) -> str:
    return keyed("device", fold_email(email))[:32]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(derived_key(runtime().config.secret_key, "device"))
