"""The document of the API is valid, names every status, and holds against what programs that read it send."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from sqlalchemy.orm import Session

from cms.comments.lifecycle import CommentStatus
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED
from cms.tokens.scopes import COMMENT
from cms.web import rates
from tests.api.program import Program, give_token
from tests.factories import Make

#: Of each endpoint so many requests are made up, beside those at the edges of what the document allows.
EXAMPLES = 5
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def test_the_document_names_every_endpoint_with_what_it_needs(app: Flask, stranger: Program) -> None:
    document = stranger.get("/openapi.json").json

    rules = {
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api_") and "." in rule.endpoint
    }
    operations = [one for item in document["paths"].values() for name, one in item.items() if name != "parameters"]
    assert document["openapi"] == "3.1.0"
    assert len(document["paths"]) == len(rules)
    assert all(operation["x-needs"] and operation["summary"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all("default" not in operation["responses"] for operation in operations)
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["servers"] == [{"url": "http://localhost"}]


def test_the_page_for_people_has_no_script_and_nothing_foreign(stranger: Program) -> None:
    page = stranger.get("/")

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "//cdn" not in page.text
    assert "POST" in page.text
    assert "/api/v1/posts/{id}/moves/{move}" in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_nothing_that_the_document_allows_or_forbids_breaks_it(
    app: Flask, session: Session, make: Make, mode: GenerationMode
) -> None:
    post = make.post(status=PUBLISHED, tags=[make.tag("Sea")])
    make.comment(post, status=CommentStatus.APPROVED)
    make.media()
    rights = [COMMENT, *(right for right in Permission if right is not Permission.USER_MANAGE)]
    token = give_token(app, session, make.owner(), rights)[1]
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    headers = {"Accept-Encoding": "identity", "Authorization": f"Bearer {token}"}
    asked = []
    for operation in schema.get_all_operations():
        strategy = operation.ok().as_strategy(generation_mode=mode)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def ask(case: schemathesis.Case) -> None:
            rates.init_app(app)
            case.call_and_validate(headers=headers, checks=CHECKS)
            asked.append(case.operation.label)

        ask()

    assert len(set(asked)) > 40
