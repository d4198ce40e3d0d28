"""Questions as the file of a page has them, which any process may ask again."""

from datetime import date, datetime
from typing import Any

from cms.site.kept.answers import BYTES
from cms.site.kept.questions import AT, Given, Questions
from cms.site.kept.statements import name_of, named


def told(questions: Questions) -> dict[str, Any]:
    """For JSON, which asks `spelled` for what it has no words for."""
    return {
        "asked": [(name_of(statement), given) for statement, given in questions.asked],
        "answers": b"".join(questions.answers).hex(),
        "settings": questions.settings,
        "plans_once": questions.plans_once,
    }


def spelled(value: Any) -> dict[str, str]:
    """TypeError for anything that could not be read again."""
    if value is AT:
        return {"at": "now"}
    if isinstance(value, date):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(f"{type(value).__name__} has no spelling.")


def read(told: dict[str, Any]) -> Questions | None:
    """None where this process has not asked one of them so far; any error where they were not written by `told`."""
    statements = [named(name) for name, _given in told["asked"]]
    known = [statement for statement in statements if statement is not None]
    if len(known) < len(statements):
        return None
    asked = tuple((statement, _given(given)) for statement, (_name, given) in zip(known, told["asked"], strict=True))
    digests = bytes.fromhex(told["answers"])
    answers = tuple(digests[place : place + BYTES] for place in range(0, len(digests), BYTES))
    return Questions(asked, answers, told["settings"], told["plans_once"])


def _given(given: dict[str, Any] | list[Any]) -> Given:
    if isinstance(given, dict):
        return {name: _value(value) for name, value in given.items()}
    return tuple(map(_value, given))


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, words),) = value.items()
    if kind == "at":
        return AT
    return {"datetime": datetime, "date": date}[kind].fromisoformat(words)
