"""One family of refusals; the text of each is fit to show to the person who caused it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cms.core.i18n import _


class CmsError(Exception):
    """A request we understood and refuse."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(CmsError):
    """This person may not do this (403)."""

    code = "not_allowed"


class NotFound(CmsError):
    """No such thing, or none this person may know about (404)."""

    code = "not_found"


class Conflict(CmsError):
    """The thing is not in a state where this makes sense (409)."""

    code = "conflict"


class Stale(CmsError):
    """It is not what this person had before them any more (412); `told` has both versions, for programs."""

    code = "stale"

    def __init__(self, message: str, told: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.told = told or {}


class Unseen(CmsError):
    """A change that does not say which version it is a change of (428)."""

    code = "unseen"


class Invalid(CmsError):
    """The data breaks a rule (422); `fields` names each field at fault with its own sentence."""

    code = "invalid"

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}

    def __str__(self) -> str:
        """For whoever sees no form with marked fields."""
        return " ".join(dict.fromkeys(self.fields.values())) or self.message


class Faults(dict[str, str]):
    """What is wrong with each field, collected so that all of it is said at once."""

    @contextmanager
    def of(self, field: str) -> Iterator[None]:
        """Note what the block refuses: beside the fields it names, else beside this one."""
        try:
            yield
        except Invalid as fault:
            self.update(fault.fields or {field: fault.message})

    def refuse(self) -> None:
        """Raise Invalid if anything was noted."""
        if self:
            raise marked(self)


def marked(fields: dict[str, str] | None = None) -> Invalid:
    """The refusal of a form whose faults are said beside its fields."""
    return Invalid(_("Please correct the fields that are marked."), fields)


class TooLarge(CmsError):
    """More bytes or pixels than this site accepts (413)."""

    code = "too_large"


class TooOften(CmsError):
    """Too many tries (429); `retry_after` says in how many seconds the next one is welcome."""

    code = "too_often"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
