"""Where demo people and seeded texts must never come: before real readers, and into somebody's own site."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import OWNER, Role, User
from cms.cli.demo.load import DEMO_EMAILS


def refuse_public(env: str) -> None:
    """Demo people have a published password: they must never meet real readers."""
    if env in ("staging", "production"):
        raise click.ClickException(f"CMS_ENV is {env}. Demo content is only for development.")


def refuse_foreign_owner(session: Session, *, instead: str) -> None:
    """An installation that belongs to somebody is left alone; `instead` says what they may do."""
    owners = session.scalars(select(User).join(User.roles).where(Role.name == OWNER))
    if any(owner.email not in DEMO_EMAILS for owner in owners):
        raise click.ClickException(f"This installation has an owner who is not a demo person. {instead}")
