"""The document (OpenAPI 3.1) at openapi.json, and the same as a page for people at /api/v1/, without any script.

Both are made once for an application: they change with its code alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template
from flask_smorest import Api

from cms.api import conditions
from cms.tokens.secrets import PREFIX
from cms.web import runtime
from cms.web.areas import API_BASE
from cms.web.gate import PUBLIC, declare

METHODS = ("get", "post", "patch", "delete")


@dataclass(frozen=True)
class Named:
    """A parameter or a field: what it is called, what it may be, and what it means."""

    name: str
    kind: str
    place: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One act, as the page shows it."""

    method: str
    path: str
    summary: str
    needs: str
    takes: list[Named]
    sends: list[Named]
    gives: list[Named]
    answers: list[tuple[str, str]]

    @property
    def anchor(self) -> str:
        return f"{self.method.lower()}{self.path.replace('/', '-').replace('{', '').replace('}', '')}"


@dataclass(frozen=True)
class Area:
    name: str
    description: str
    operations: list[Operation]


def init_app(app: Flask, api: Api) -> None:
    """Nothing else is asked for them than for the site: anybody may read."""
    document: dict[str, Any] = api.spec.to_dict()
    for tag in document["tags"]:  # which flask-smorest calls as the blueprint
        tag["name"] = tag["name"].removeprefix("api_")
    areas = list(_areas(document))

    def openapi() -> Response:
        """With the address of this installation."""
        return conditions.tag(jsonify(document | {"servers": [{"url": runtime().config.base_url}]}))

    def page() -> Response:
        there = runtime().config.base_url + API_BASE
        examples = [f"curl {there}/posts", f'curl -H "Authorization: Bearer {PREFIX}…" "{there}/posts?view=desk"']
        shown = render_template("api/reference.html", areas=areas, base=API_BASE, examples=examples)
        return conditions.tag(make_response(shown))

    for path, endpoint, view in (("/openapi.json", "api_openapi", openapi), ("/", "api_reference", page)):
        app.add_url_rule(f"{API_BASE}{path}", endpoint, view)
        declare(app, endpoint, PUBLIC)


def _areas(document: dict[str, Any]) -> Iterator[Area]:
    for tag in document["tags"]:
        found = [
            _operation(document, method.upper(), path, item[method], item.get("parameters", []))
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item and tag["name"] in item[method]["tags"]
        ]
        yield Area(tag["name"], tag["description"], found)


def _operation(
    document: dict[str, Any], method: str, path: str, told: dict[str, Any], beside: list[dict[str, Any]]
) -> Operation:
    responses: dict[str, Any] = {code: _found(document, answer) for code, answer in told["responses"].items()}
    done: dict[str, Any] = next((answer for code, answer in responses.items() if code.startswith("2")), {})
    parameters = [_found(document, one) for one in [*beside, *told.get("parameters", [])]]
    return Operation(
        method,
        path,
        told.get("summary", ""),
        told["x-needs"],
        [_named(document, one["name"], one["schema"], one) for one in parameters],
        list(_fields(document, told.get("requestBody", {}))),
        list(_fields(document, done)),
        [(code, answer["description"]) for code, answer in sorted(responses.items())],
    )


def _fields(document: dict[str, Any], body: dict[str, Any]) -> Iterator[Named]:
    """Of a page of a list, those of what it lists."""
    for content in body.get("content", {}).values():
        schema = _found(document, content["schema"])
        listed = schema.get("properties", {}).get("items", {})
        if listed.get("type") == "array":
            schema = _found(document, listed["items"])
        required = schema.get("required", [])
        for name, one in schema.get("properties", {}).items():
            yield _named(document, name, one, {"required": name in required})


def _named(document: dict[str, Any], name: str, schema: dict[str, Any], beside: dict[str, Any]) -> Named:
    description = beside.get("description") or schema.get("description", "")
    return Named(name, _kind(document, schema), beside.get("in", ""), bool(beside.get("required")), description)


def _kind(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """In words that programmers read at a glance."""
    known = _found(document, schema)
    if "enum" in known:
        return " | ".join(str(value) for value in known["enum"] if value is not None)
    if known.get("type") == "array":
        return f"[{_kind(document, known['items'])}]"
    kinds = known.get("type") or "any"
    names = kinds if isinstance(kinds, list) else [kinds]
    return " | ".join(known.get("format", name) if name == "string" else name for name in names)


def _found(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in one:
        there: Any = document
        for step in one["$ref"].removeprefix("#/").split("/"):
            there = there[step]
        one = there
    return one
