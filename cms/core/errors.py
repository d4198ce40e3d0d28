"""One family of refusals; the text of each is fit to show to the person who caused it."""


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


class Invalid(CmsError):
    """The data breaks a rule (422); `fields` names each field at fault with its own sentence."""

    code = "invalid"

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class TooLarge(CmsError):
    """More bytes or pixels than this site accepts (413)."""

    code = "too_large"


class TooOften(CmsError):
    """Too many tries (429); `retry_after` says in how many seconds the next one is welcome."""

    code = "too_often"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
