"""What a running application knows beside Flask's own configuration."""

from dataclasses import dataclass

from flask import Flask

from cms.core.clock import Clock
from cms.web.proxies import this_app
from config import Config


@dataclass(frozen=True)
class Runtime:
    config: Config
    clock: Clock


def runtime() -> Runtime:
    """Of the application that answers this request."""
    return runtime_of(this_app())


def runtime_of(app: Flask) -> Runtime:
    found: Runtime = app.extensions["copydesk"]
    return found
