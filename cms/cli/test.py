"""`python3 manage.py test`: the whole suite, or the part that the arguments name."""

import os
import sys

import click

from config import ROOT

#: Domains are what is not an edge or its glue: what a new package must reach without being named here.
NOT_DOMAINS = [
    "config.py",
    "cms/*.py",
    *(f"cms/{edge}/*" for edge in ("web", "admin", "site", "account", "api", "cli")),
]
DEMANDED = 90.0


@click.command("test", context_settings={"ignore_unknown_options": True})
@click.option("--cov", "with_coverage", is_flag=True, help="Also report branch coverage; the domains must reach 90 %.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(with_coverage: bool, arguments: tuple[str, ...]) -> None:
    """Run the tests on two processes; ARGUMENTS go to pytest."""
    os.chdir(ROOT)
    sys.exit(_measure(arguments) if with_coverage else _run(arguments))


def _run(arguments: tuple[str, ...]) -> int:
    import pytest  # this and coverage are installed for this command only

    return int(pytest.main(["-n2", "--dist=worksteal", *arguments]))


def _measure(arguments: tuple[str, ...]) -> int:
    """A whole run is also judged by what it reached; a part of the suite only reports."""
    from coverage import Coverage

    measured = Coverage()
    measured.erase()
    measured.start()
    status = _run(arguments)
    measured.stop()
    measured.save()
    measured.combine()
    measured.report()
    with open(os.devnull, "w") as nowhere:
        reached = measured.report(omit=NOT_DOMAINS, file=nowhere)
    click.echo(f"Domains: {reached:.1f} % of lines and branches ({DEMANDED:.0f} % demanded).")
    return status or int(reached < DEMANDED and not arguments)
