"""What a running application knows beside Flask's own configuration."""

from dataclasses import dataclass

from flask import current_app

from cms.core.clock import Clock
from config import Config


@dataclass(frozen=True)
class Runtime:
    """What a running application knows beside Flask's own configuration."""

    config: Config
    clock: Clock


def runtime() -> Runtime:
    """Of the application that answers this request."""
    found: Runtime = current_app.extensions["copydesk"]
    return found
