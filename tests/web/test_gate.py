"""An application with a route that nobody said anything about does not start."""

import pytest
from flask import Flask

from cms.web import gate
from cms.web.gate import PUBLIC, SIGNED_IN, Undeclared


@pytest.fixture
def house() -> Flask:
    """One door, and nothing said about it yet."""
    house = Flask("house")
    house.add_url_rule("/attic", "attic", lambda: "dust")
    return house


def test_a_route_without_a_declaration_is_named(house: Flask) -> None:
    house.add_url_rule("/cellar", "cellar", lambda: "wine")
    gate.declare(house, "cellar", SIGNED_IN)

    with pytest.raises(Undeclared, match=r"have not declared what they need: attic$"):
        gate.refuse_undeclared(house)


def test_a_declared_route_may_open(house: Flask) -> None:
    gate.declare(house, "attic", PUBLIC)

    gate.refuse_undeclared(house)


def test_saying_two_things_about_one_route_is_refused(house: Flask) -> None:
    gate.declare(house, "attic", PUBLIC)

    with pytest.raises(Undeclared, match="attic is declared twice, as public and signed in"):
        gate.declare(house, "attic", SIGNED_IN)
