"""What runs beside the requests of each process that serves: declared with the application, begun after a fork."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask

_KEY = "copydesk_beside"
Run = Callable[[], None]


@dataclass
class _Declared:
    before_fork: list[Run] = field(default_factory=list)
    threads: dict[str, Run] = field(default_factory=dict)
    at_end: list[Run] = field(default_factory=list)


def declare(app: Flask, name: str, run: Run) -> None:
    """A thread of this name, which a process that ends does not wait for."""
    _of(app).threads[name] = run


def before_fork(app: Flask, run: Run) -> None:
    """Once, in the process that starts the others: what it opens is theirs as well."""
    _of(app).before_fork.append(run)


def at_end(app: Flask, run: Run) -> None:
    """In each process, when it ends in order; what was declared last comes first."""
    _of(app).at_end.append(run)


def prepare(app: Flask) -> None:
    for run in _of(app).before_fork:
        run()


def begin(app: Flask) -> None:
    for name, run in _of(app).threads.items():
        threading.Thread(target=run, name=name, daemon=True).start()


def end(app: Flask) -> None:
    for run in reversed(_of(app).at_end):
        run()


def _of(app: Flask) -> _Declared:
    found: _Declared = app.extensions.setdefault(_KEY, _Declared())
    return found
