"""Programs of people, and limits that begin anew with each test."""

from collections.abc import Callable, Iterable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.web import rates
from tests.api.program import Program, program_of

Of = Callable[..., Program]


@pytest.fixture(autouse=True)
def fresh_rates(app: Flask) -> None:
    """What tests before have asked does not count in this one."""
    rates.init_app(app)


@pytest.fixture
def stranger(app: Flask, clean: None) -> Program:
    """Without a token."""
    return Program(app)


@pytest.fixture
def of(app: Flask, session: Session) -> Of:
    """The program of somebody, with some of their rights or all."""

    def _of(person: User, scopes: Iterable[str] | None = None) -> Program:
        return program_of(app, session, person, scopes)

    return _of
