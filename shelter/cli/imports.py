"""`shelter import`: historic cases from a file into a register."""

from __future__ import annotations

import csv
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic

import click
from flask_babel import format_decimal

from shelter.audit import operator
from shelter.cli.plain import Refused, in_app
from shelter.register import actions
from shelter.register.actions import Plan
from shelter.register.reading import Mapping, Reading, Reject, Sheet
from shelter.texts import say as _

SHOWN = 10


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", default=None, help="A mapping file (TOML), or the name of one that ships with the program. "
              "Left out: the one whose columns the file has.")
@click.option("--dry-run", is_flag=True, help="Read everything, write nothing, and say what would happen.")
@click.option("--rejects", type=click.Path(path_type=Path), default=None, metavar="OUT.csv",
              help="Where to write line, column and reason of what cannot be read.")
@click.option("--replaces", default=None, metavar="OLD",
              help="The file, or its SHA-256, that this one corrects: its cases no longer count.")
@in_app
def import_command(file: Path, mapping: str | None, dry_run: bool, rejects: Path | None, replaces: str | None) -> None:
    """Read historic, de-identified cases from FILE (CSV) into the register that the mapping names.

    The same file a second time changes nothing; one that was broken off continues.
    """
    sheet = Sheet.open(file)
    reading = Reading.of(sheet, Mapping.named(mapping) if mapping else Mapping.fitting(sheet))
    plan = actions.plan(reading, _digest(replaces) if replaces else None)
    _tell_rejects(reading, rejects, {path for path in (file, mapping, replaces) if path})
    if not reading.rows:
        raise Refused(_("no line of %(file)s could be read; nothing was imported", file=sheet.name))
    if plan.changes_nothing:
        click.echo(_("%(file)s is in the register %(name)s already; nothing was changed",
                     file=sheet.name, name=reading.mapping.register))
    elif dry_run:
        click.echo(_("Would enter %(cases)s cases into the register %(name)s; nothing was written",
                     cases=format_decimal(len(plan.missing)), name=reading.mapping.register))
    else:
        _carry_out(plan)


def _digest(told: str) -> str:
    """The digest of the file that is replaced: of a file that is here, or as it was typed."""
    with suppress(OSError):
        if Path(told).is_file():
            return Sheet.open(Path(told)).digest
    return told.lower()


def _carry_out(plan: Plan) -> None:
    began, done = monotonic(), 0
    try:
        with click.progressbar(length=len(plan.missing), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            for cases in actions.carry_out(plan, by=operator):
                done += cases
                bar.update(cases)
    except KeyboardInterrupt:
        raise Refused(_("broken off after %(cases)s cases, which do not count yet; the same command continues",
                        cases=format_decimal(done))) from None
    seconds = monotonic() - began
    click.echo(_("Entered %(cases)s cases into the register %(name)s (%(seconds)s s)", cases=format_decimal(done),
                 name=plan.reading.mapping.register, seconds=format_decimal(round(seconds, 1))))


def _tell_rejects(reading: Reading, out: Path | None, inputs: set[str | Path]) -> None:
    if out:
        _write(reading.rejects, out, {Path(each).absolute() for each in inputs})
    if not reading.rejects:
        return
    click.echo(_("%(lines)s lines cannot be read:", lines=format_decimal(reading.refused)), err=True)
    for each in reading.rejects[:SHOWN]:
        click.echo("  " + _("line %(line)s, %(column)s: %(reason)s", **each._asdict()), err=True)
    if len(reading.rejects) > SHOWN and not out:
        click.echo("  " + _("… and more: --rejects OUT.csv writes them all"), err=True)


def _write(rejects: list[Reject], out: Path, inputs: set[Path]) -> None:
    if out.absolute() in inputs:
        raise Refused(_("the rejects cannot be written over %(file)s", file=out.name))
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Reject._fields)
            writer.writerows(rejects)
    except OSError as error:
        raise Refused(_("%(file)s cannot be written: %(why)s", file=str(out), why=error.strerror)) from None
