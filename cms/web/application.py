"""Flask as this product needs it: what each request would ask in vain is answered once."""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment


class Templates(Environment):
    """Jinja's environment, whose templates have no globals but those that all of them have."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The dictionary of all itself: Jinja looks through it for each import, and a chain of dictionaries is slow."""
        return super().make_globals(d) if d else self.globals


class Application(Flask):
    """Nothing in it is a coroutine."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: Flask would look at each of some forty functions in each request."""
        return func
