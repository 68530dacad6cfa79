"""The command `shelter`: a useful sentence on one line when something is refused, never a trace."""

from __future__ import annotations

import os
import sys

import click

from shelter.cli.plain import Refused
from shelter.config import BadSetting, Settings
from shelter.texts import commanding


class Commands(click.Group):
    """Commands are loaded when they are called, so that `--help` is quick."""

    places = {
        "run": "server", "backup": "backups", "restore": "backups", "drill": "backups", "verify": "backups",
        "jobs": "server", "init": "setup", "staff": "setup", "doctor": "doctor", "keys": "keys", "audit": "audit",
        "demo": "demo", "import": "imports", "indicators": "figures", "report": "reports",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """By name."""
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the room in which the command is."""
        if cmd_name not in self.places:
            return None
        room = __import__(f"shelter.cli.{self.places[cmd_name]}", fromlist=["*"])
        found: click.Command = getattr(room, f"{cmd_name}_command")
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shelter")
def shelter() -> None:
    """Senda: case management for shelter houses."""


def main() -> None:
    """Exit status 0, 1 (refused) or 2 (usage)."""
    os.umask(0o077)
    with commanding(_language()):
        _command()


def _language() -> str:
    """The programme's, as the settings say it; a wrong setting is complained of later, in what can be told of it."""
    try:
        return Settings.load().locale[:2]
    except BadSetting:
        return os.environ.get("SHELTER_LOCALE", "es")[:2]


def _command() -> None:
    try:
        shelter(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, BrokenPipeError):
        sys.exit(1)
    except (Refused, OSError, click.ClickException) as refused:
        click.echo(f"shelter: {refused}", err=True)
        sys.exit(1)
