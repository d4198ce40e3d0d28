"""The command line: `python3 manage.py …`.

Each command lives in a module of its own, imported when it is called: `--help` and a mistyped name answer at once, and
the process that only starts those that serve stays small. So this module imports nothing that knows the application.
"""

import gc
import importlib
import sys
from typing import TYPE_CHECKING

import click

from cms.cli.starting import nothing_collected

if TYPE_CHECKING:
    from flask import Flask

#: Command → where it lives and what it is for.
COMMANDS = {
    "demo": ("cms.cli.demo:demo", "Serve a populated site: the quickest way to look around."),
    "serve": ("cms.cli.serve:serve", "Serve this installation under gunicorn."),
    "dev": ("cms.cli.dev:dev", "Serve for development, reloading on every change."),
    "test": ("cms.cli.test:test", "Set up what the tests need and run them all."),
    "shell": ("cms.cli.shell:shell", "A Python prompt with the models and a session."),
    "db": ("cms.cli.database:database", "Migrate the database."),
    "users": ("cms.cli.users:users", "Owners and passwords."),
    "import": ("cms.cli.imports:imports", "Bring content in from WordPress, Ghost or Markdown files."),
    "export": ("cms.cli.exports:export_site", "Write everything into a folder of files that people can read."),
    "seed": ("cms.cli.seed:seed", "Add made-up posts and comments by the thousand or the million."),
    "search": ("cms.cli.search:search", "The full-text index."),
    "languages": ("cms.cli.languages:languages", "Bring the catalogues of every language up to date, or check them."),
    "media": ("cms.cli.media:media", "The index of where files are used."),
    "worker": ("cms.cli.worker:worker", "Do what follows changes, such as mail, in a process of its own."),
    "tidy": ("cms.cli.tidy:tidy", "Empty the trash and forget addresses, as the settings say."),
    "backup": ("cms.cli.backups:backup", "Make backups, check them, and put one back."),
    "audit": ("cms.cli.record:audit", "Check that nobody changed the record."),
    "pages": ("cms.cli.pages:pages", "Kept pages that nginx serves from disk."),
    "doctor": ("cms.cli.doctor:doctor", "Check that this installation is healthy."),
}


class Commands(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        with nothing_collected():
            command: click.Command = getattr(importlib.import_module(module), name)
            if not gc.get_freeze_count():
                gc.freeze()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_where, help_text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Copydesk: write, publish, moderate, govern."""


def init_app(app: "Flask") -> None:
    """The same commands under `flask`, for those whose fingers know it."""
    app.cli.add_command(commands, "copydesk")


def main() -> None:
    """Run a command; a user's mistake is one line on standard error and exit 1, never a trace."""
    try:
        commands(prog_name="python3 manage.py", standalone_mode=False)
    except click.exceptions.Exit as stopped:
        sys.exit(stopped.exit_code)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
    except Exception as error:
        from cms.cli import mistakes  # here, since it knows what databases raise, and brings them along

        if (status := mistakes.told(error)) is None:
            raise
        sys.exit(status)
