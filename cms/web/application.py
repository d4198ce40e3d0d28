"""Flask as this product needs it: what each request would ask in vain is answered once."""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.templating import Environment


class Templates(Environment):
    """Jinja's environment, whose templates have no globals but those that all of them have."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The dictionary of all itself: Jinja looks through it for each import, and a chain of dictionaries is slow."""
        return super().make_globals(d) if d else self.globals


class Sessions(SecureCookieSessionInterface):
    """Flask's; the keys that a cookie is read with are made only where one came."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


class Application(Flask):
    """Nothing in it is a coroutine."""

    session_interface = Sessions()

    jinja_environment = Templates
    jinja_options = {"cache_size": -1}  # all of them: they are few, and to know the least used takes a lock each time

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: Flask would look at each of some forty functions in each request."""
        return func
