"""`users create-owner` and `users reset-password`: the way in when the browser is not one."""

import click

from cms.accounts.actions import people, tokens
from cms.accounts.queries import by_email
from cms.cli.application import working_session
from cms.web import now, runtime
from cms.web.passwords import hash_password


@click.group()
def users() -> None:
    """Owners and passwords."""


@users.command("create-owner")
@click.option("--email", required=True)
@click.option("--username", help="Made from the address unless given.")
@click.option("--name", default="", help="How the person is called on the site.")
@click.password_option(help="Asked for unless given.")
def create_owner(email: str, username: str | None, name: str, password: str) -> None:
    """Make an owner who can sign in at once."""
    with working_session() as session:
        owner = people.create_owner(
            session,
            email=email,
            username=username or email.partition("@")[0],
            display_name=name,
            password=password,
            hash_password=hash_password,
            at=now(),
        )
        click.echo(f"{owner.email} is an owner.")


@users.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Print an address where this person sets a new password, once, within the hour."""
    with working_session() as session:
        user = by_email(session, email)
        if user is None:
            raise click.ClickException(f"There is no account with the address {email}.")
        token = tokens.issue_reset(session, user, at=now())
        click.echo(f"{runtime().config.base_url}/reset/{token}")
