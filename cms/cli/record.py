"""`audit verify`."""

import click

from cms import create_app
from cms.audit import sealing
from cms.core.db import reading
from cms.extensions import db
from cms.web import recording


@click.group()
def audit() -> None:
    """The record of who did what."""


@audit.command()
@click.option("--noted", metavar="DIGEST", help="A digest that was printed here earlier: it has to be there still.")
@click.option("--other-key", is_flag=True, help="CMS_SECRET_KEY was another one once; its seals are taken for good.")
@click.option("--restored", is_flag=True, help="The database was put back by hand: what it holds is taken for good.")
def verify(noted: str | None, other_key: bool, restored: bool) -> None:
    """Read every sealed event again; fails where one was changed, removed or put in between."""
    with create_app().app_context(), reading():
        found = sealing.verify(db.session(), recording.key(), noted=noted)
        here = recording.noted()
        is_cut = here is not None and not sealing.has(db.session(), here)
        if is_cut and restored:
            recording.forget_noted()  # the next seal is noted again
    wrong = [
        f"The events {seal.after_id + 1} to {seal.last_id} are not those that were sealed on {seal.at:%Y-%m-%d}."
        for seal in found.broken
    ]
    if found.foreign and not other_key:
        wrong.append(f"{found.foreign} seals were made with another CMS_SECRET_KEY (--other-key, if it was changed).")
    if not found.is_known:
        wrong.append("No seal has the digest that was noted: the end of the record is gone, or it was sealed anew.")
    if is_cut and not restored:
        wrong.append("The seal noted beside it is gone: it was cut or sealed anew, or put back by hand (--restored).")
    if wrong:
        raise click.ClickException(" ".join(wrong))
    click.echo(f"The record is as it was sealed: {found.sealed} events; {found.waiting} are not sealed yet.")
    click.echo(f"Its digest, to be noted elsewhere: {found.head}")
