"""How often programs may ask: each token by itself, and without one each network."""

from datetime import datetime

from flask import Flask, Response, request

from cms.web import gate, rates
from cms.web.areas import is_api
from cms.web.callers import caller
from cms.web.kept import note
from cms.web.limits import network
from cms.web.rates import Account, Rate
from cms.web.requests import SAFE_METHODS

READS, CHANGES, STRANGERS = Rate("reads", 600, 60), Rate("changes", 120, 60), Rate("strangers", 120, 60)


def init_app(app: Flask) -> None:
    gate.before(app, _count)
    app.after_request(_tell)


def count_stranger(app: Flask, address: str, at: datetime) -> Account | None:
    """In front of Flask, where answers are kept: each of them counts as if it were made."""
    return rates.count_from(app, STRANGERS, address, at)


def _count() -> None:
    """Whatever is asked, also where it is refused; a token that is not good is counted where that is found out.

    Where an answer is made to be kept nobody asks: those whom it is sent to are counted.
    """
    if not is_api(request.path) or note() is not None:
        return
    if request.method == "OPTIONS":  # which browsers ask by themselves, without a token
        return
    asking = caller()
    if asking is None:
        rates.count(STRANGERS, network())
    else:
        rates.count(READS if request.method in SAFE_METHODS else CHANGES, str(asking.token.id))


def _tell(response: Response) -> Response:
    if is_api(request.path):
        response.headers.update(rates.headers())
    return response
