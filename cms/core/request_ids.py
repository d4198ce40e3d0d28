"""Ties together what one request did: entries of the log, events of the record."""

import contextvars

#: Set by whoever starts the work, never read by a rule.
request_id: contextvars.ContextVar[str | None] = contextvars.ContextVar("request_id", default=None)
