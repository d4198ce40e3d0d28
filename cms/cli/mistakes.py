"""What a command says of an error that whoever called it can do something about: one line, and the exit status."""

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.core.db_errors import is_away
from cms.core.errors import CmsError
from config import ConfigError


def told(error: BaseException) -> int | None:
    """The exit status, once it is said on standard error; None for an error that is ours."""
    if isinstance(error, click.exceptions.Abort):  # Ctrl-C
        return 130
    message = _message(error)
    if message is None:
        return None
    click.echo(f"Error: {message}", err=True)
    return 1


def _message(error: BaseException) -> str | None:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, CmsError | ConfigError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if isinstance(error, DBAPIError | PoolTimeout) and is_away(error):
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return f"The database cannot be reached: {reason}"
    return None
