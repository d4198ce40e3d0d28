"""What programs are told in words: in the language that they ask for, also where it is about a field."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.jobs.models import Job
from tests.api.conftest import Of
from tests.api.program import Program
from tests.factories import Make

ARABIC = re.compile("[\u0600-\u06ff]")
#: No field of ours takes all of these, and each refuses some in a way of its own.
WRONG = (
    None,
    "x",
    "",
    "x" * 2000,
    -1,
    10**30,
    1.5,
    True,
    [None],
    [],
    {},
    "2030-01-01T00:00:00",
    "0001-01-01T00:00:00Z",
)


def told(program: Program, language: str, path: str, body: Any) -> dict[str, str]:
    fields: dict[str, str] = program.post(path, body, headers={"Accept-Language": language}).json["error"]["fields"]
    return fields


@pytest.mark.parametrize(
    ("language", "unknown", "needed"),
    [
        ("en", "Unknown field.", "Missing data for required field."),
        ("de-AT, en;q=0.5", "Dieses Feld gibt es nicht.", "Dieses Feld wird gebraucht."),
        ("fr, ar;q=0.8", "حقل غير معروف.", "هذا الحقل مطلوب."),
        ("xx", "Unknown field.", "Missing data for required field."),
    ],
)
def test_faults_of_fields_are_told_in_the_language_that_is_asked_for(
    of: Of, make: Make, language: str, unknown: str, needed: str
) -> None:
    fields = told(of(make.author()), language, "/comments", {"colour": "red", "body": "Hello"})

    assert fields == {"colour": unknown, "post_id": needed}


def operations(program: Program) -> Iterator[tuple[str, str, list[str], list[dict[str, Any]]]]:
    """Each method and address, with the names of what its body holds and of what its query does."""
    document = program.get("/openapi.json").json
    for path, item in document["paths"].items():
        for method in ("get", "post", "patch"):
            if method in item:
                body = item[method].get("requestBody", {}).get("content", {}).get("application/json", {})
                kind = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
                known = document["components"]["schemas"].get(kind, {}).get("properties", {})
                asked = [one for one in item[method].get("parameters", []) if one.get("in") == "query"]
                yield method, path.removeprefix("/api/v1"), list(known), asked


def test_no_field_is_refused_in_english_to_whoever_asks_for_arabic(of: Of, make: Make) -> None:
    program, foreign, faults = of(make.owner()), set(), 0
    headers = {"Accept-Language": "ar", "If-Match": "*"}
    for method, path, known, asked in operations(program):
        address = re.sub("{move}", "publish", re.sub("{(id|number)}", "1", path))
        for wrong in WRONG:
            queries = {one["name"]: "" if wrong is None else str(wrong) for one in asked}
            body = {"json": dict.fromkeys(known, wrong)} if known else {}
            answer = program.ask(method.upper(), address, query_string=queries, headers=headers, **body)
            fields = answer.json.get("error", {}).get("fields", {}) if answer.is_json else {}
            faults += len(fields)
            foreign |= {words for words in fields.values() if not ARABIC.search(words)}

    assert faults > 100
    assert foreign == set()


def test_an_answer_says_that_it_depends_on_the_language(stranger: Program) -> None:
    answer = stranger.get("/posts/1", headers={"Accept-Language": "de"})

    assert answer.json["error"]["message"] == "Unter dieser Adresse gibt es nichts."
    assert "Accept-Language" in answer.headers["Vary"]


def test_whoever_is_invited_gets_a_letter_in_the_language_of_the_site(of: Of, session: Session, make: Make) -> None:
    person = {"email": "new@example.com", "username": "newcomer", "display_name": "New"}

    of(make.owner()).post("/users", person, headers={"Accept-Language": "ar"})

    assert not ARABIC.search(str(session.scalars(select(Job.args)).all()))
