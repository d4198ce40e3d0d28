"""What runs beside the requests of each process that serves: declared with the application, begun after a fork."""

import threading
from collections.abc import Callable

from flask import Flask

_KEY = "copydesk_beside"


def declare(app: Flask, name: str, run: Callable[[], None]) -> None:
    """A thread of this name, which a process that ends does not wait for."""
    app.extensions.setdefault(_KEY, {})[name] = run


def begin(app: Flask) -> None:
    for name, run in app.extensions.get(_KEY, {}).items():
        threading.Thread(target=run, name=name, daemon=True).start()
