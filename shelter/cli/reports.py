"""`shelter report`: the coordination report as a PDF, entered into the ledger like one made on the screen."""

from __future__ import annotations

import os
from pathlib import Path

import click

from shelter.audit import operator, work
from shelter.calendar import Period
from shelter.cli.figures import PERIOD
from shelter.cli.plain import Refused, in_app
from shelter.reports import actions
from shelter.statistics.rules import Audience
from shelter.texts import say as _


@click.command("report")
@click.argument("period", type=PERIOD)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to write the PDF.")
@click.option("--audience", default=Audience.GOVERNMENT.value, show_default=True,
              type=click.Choice([str(each.value) for each in Audience]), help="For whom: this decides how exact it is.")
@click.option("--lang", default="es", show_default=True, type=click.Choice(["es", "en"]), help="Its language.")
@in_app
def report_command(period: Period, out: Path, audience: str, lang: str) -> None:
    """The coordination report of a PERIOD: 2026, 2026-Q3, 2026-09, 2010..2018 or 2026-01-01..2026-06-30."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    release = actions.make(actions.Order(period, Audience(audience), lang))
    try:
        beside.write_bytes(release.pdf)
        with work("report.make", by=operator, on=release):
            actions.keep(release)
        beside.replace(out)
    except OSError as error:
        raise Refused(_("%(file)s cannot be written: %(why)s", file=str(out), why=error.strerror)) from None
    finally:
        beside.unlink(missing_ok=True)
    click.echo(f"{out}  sha256 {release.sha256}")
