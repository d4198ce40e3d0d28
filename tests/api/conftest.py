"""Programs of people."""

from collections.abc import Callable, Iterable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.api.program import Program, program_of

Of = Callable[..., Program]


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
