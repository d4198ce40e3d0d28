"""What programs send: read as JSON, checked by schemas, and refused field by field in our own form."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request, abort, request
from marshmallow import RAISE, Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser

from cms.api.faults import said
from cms.core.errors import marked
from cms.core.i18n import _
from cms.web.requests import is_malformed


class Parser(FlaskParser):
    """Names that nobody knows are refused: a filter that was mistyped would find everything."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "json": RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        """Nothing where there is no body; numbers that are none, and what no text can have, are malformed."""
        body = req.get_data(cache=True)
        if not body.strip():
            return core.missing
        if not core.is_json(req.mimetype):
            abort(415)
        try:
            sent = json.loads(body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            abort(400, _("This is not JSON."))
        if any(is_malformed(text) for text in _texts(sent)):
            abort(400, _("The request holds characters that no text can have."))
        return sent

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_more: Any) -> NoReturn:
        messages = error.messages if isinstance(error.messages, dict) else {}
        raise marked({name: text for told in messages.values() for name, text in _flat(told)})


def json_sent() -> dict[str, Any]:
    """The body as it came, to be told back to whoever sent it."""
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list(items):
                waiting += items
            case dict(pairs):
                waiting += [*pairs.keys(), *pairs.values()]


def _flat(told: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """`{"tags": {0: ["Not a valid string."]}}` as a sentence for `tags.0`."""
    if isinstance(told, Mapping):
        for key, inner in told.items():
            yield from _flat(inner, f"{name}.{key}".strip(".") if key != "_schema" else name or "body")
    else:
        sentences = told if isinstance(told, list) else [told]
        yield name or "body", " ".join(said(str(sentence)) for sentence in sentences)
