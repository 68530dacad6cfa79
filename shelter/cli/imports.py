"""`shelter import`: historic cases from a file into a register."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, Any

import click
import sqlalchemy as sa
from flask_babel import format_decimal

from shelter.audit import operator
from shelter.cli.plain import Refused, in_app, is_full
from shelter.register import actions
from shelter.register.actions import Plan
from shelter.register.reading import Mapping, Reading, Reject, Sheet
from shelter.rules import RuleBroken
from shelter.texts import say as _
from shelter.texts import say_many

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
@click.option("--other-cases", "others", is_flag=True,
              help="They are other cases, however like those of a file that is in already.")
@click.option("--draft-mapping", "draft", type=click.Path(path_type=Path), default=None, metavar="MAP.toml",
              help="Write a mapping to start from, guessed from header and values, and do nothing else.")
@in_app
def import_command(
    file: Path, mapping: str | None, dry_run: bool, rejects: Path | None, replaces: str | None, others: bool,
    draft: Path | None,
) -> None:
    """Read historic, de-identified cases from FILE (CSV or XLSX) into the register that the mapping names.

    The same file a second time changes nothing; one that was broken off continues.
    """
    sheet = Sheet.open(file)
    if draft:
        _draft(sheet, draft)
    else:
        reading = _read(sheet, Mapping.named(mapping) if mapping else _fitting(sheet))
        plan = actions.plan(reading, _digest(replaces) if replaces else None, others=others)
        _tell_rejects(reading, rejects, {path for path in (file, mapping, replaces) if path})
        _bring_in(plan, dry_run)


def _bring_in(plan: Plan, dry_run: bool) -> None:
    reading = plan.reading
    if not reading.rows:
        raise Refused(_("no line of %(file)s could be read; nothing was imported", file=reading.sheet.name))
    if plan.twin and plan.twin.is_elsewhere:
        raise Refused(_("%(what)s; nothing was imported. If they are other cases, add --other-cases",
                        what=plan.twin.said))
    if plan.twin:
        raise Refused(_("%(what)s; nothing was imported. If this one takes its place, add --replaces %(digest)s; if "
                        "they are other cases, add --other-cases", what=plan.twin.said, digest=plan.twin.file.digest))
    if plan.changes_nothing:
        click.echo(_("%(file)s is in the register %(name)s already; nothing was changed",
                     file=reading.sheet.name, name=reading.mapping.register))
    elif dry_run:
        click.echo(say_many("Would enter %(cases)s case into the register %(name)s; nothing was written",
                            "Would enter %(cases)s cases into the register %(name)s; nothing was written",
                            len(plan.missing), cases=format_decimal(len(plan.missing)), name=reading.mapping.register))
    else:
        _carry_out(plan)


def _read(sheet: Sheet, mapping: Mapping) -> Reading:
    """Read all of it, with a bar for whoever waits."""
    with _bar(sheet.about(mapping.shape), _("Reading")) as bar:
        reading = Reading.of(sheet, mapping, lambda lines: bar.update(lines - bar.pos))
        bar.update(bar.length - bar.pos)
    return reading


def _bar(length: int, label: str) -> Any:
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def _fitting(sheet: Sheet) -> Mapping:
    try:
        return Mapping.fitting(sheet)
    except RuleBroken as broken:
        guessed = ", ".join(f"{each.name} → {each.fact}" for each in _guess(sheet).columns)
        raise Refused(_(
            "%(why)s, or match the columns on the page of the historic register; `shelter import FILE --draft-mapping "
            "MAP.toml` writes a mapping to start from. Understood so far: %(guessed)s",
            why=str(broken.message), guessed=guessed or _("nothing"),
        )) from None


def _guess(sheet: Sheet) -> Mapping:
    name = Path(sheet.name).stem
    return Mapping.guess(sheet, register=name[:80], source=sheet.name[:400])


def _draft(sheet: Sheet, out: Path) -> None:
    """The guess as a mapping file; one that is there already stays."""
    mapping = _guess(sheet)
    if out.exists():
        raise Refused(_("%(file)s is there already; name another", file=str(out)))
    _writing(out, lambda file: file.write(mapping.text))
    click.echo(_("%(file)s was written: %(columns)s of the columns were understood; look at it before you use it",
                 file=out.name, columns=len(mapping.columns)))
    if not mapping.is_whole:
        click.echo(_("No column seems to tell the year or the day of registration: add [year] or [registered_on]"))


def _digest(told: str) -> str:
    """The digest of the file that is replaced: of a file that is here, or as it was typed."""
    with suppress(OSError):
        if Path(told).is_file():
            return Sheet.open(Path(told)).digest
    return told.lower()


def _carry_out(plan: Plan) -> None:
    began, done = monotonic(), 0
    try:
        with _bar(len(plan.reading.rows), _("Entering")) as bar:
            bar.update(plan.before)
            for cases in actions.carry_out(plan, by=operator):
                done += cases
                bar.update(cases)
    except KeyboardInterrupt:
        raise Refused(say_many(
            "broken off after %(cases)s case, which does not count yet; the same command continues",
            "broken off after %(cases)s cases, which do not count yet; the same command continues",
            plan.before + done, cases=format_decimal(plan.before + done))) from None
    except sa.exc.DBAPIError as error:
        if not is_full(error):
            raise
        raise Refused(_("the disk is full: make room on it, and the same command continues. Nothing of this file "
                        "counts yet; what was entered of it stays (cases: %(cases)s)",
                        cases=format_decimal(plan.before + done))) from None
    seconds = monotonic() - began
    click.echo(say_many("Entered %(cases)s case into the register %(name)s (%(seconds)s s)",
                        "Entered %(cases)s cases into the register %(name)s (%(seconds)s s)", done,
                        cases=format_decimal(done), name=plan.reading.mapping.register,
                        seconds=format_decimal(round(seconds, 1))))
    if plan.before:
        click.echo(_("All %(cases)s cases of %(file)s are in now; %(before)s of them had been in before",
                     cases=format_decimal(len(plan.reading.rows)), file=plan.reading.sheet.name,
                     before=format_decimal(plan.before)))


def _tell_rejects(reading: Reading, out: Path | None, inputs: set[str | Path]) -> None:
    if out:
        _write(reading.rejects, out, {Path(each).absolute() for each in inputs})
    if not reading.rejects:
        return
    click.echo(say_many("%(lines)s line cannot be read:", "%(lines)s lines cannot be read:", reading.refused,
                        lines=format_decimal(reading.refused)), err=True)
    for each in reading.rejects[:SHOWN]:
        click.echo("  " + _("line %(line)s, %(column)s: %(reason)s", **each._asdict()), err=True)
    if reading.more:
        click.echo("  " + _("… and more: %(more)s reasons beyond the first %(kept)s are not kept",
                            more=format_decimal(reading.more), kept=format_decimal(len(reading.rejects))), err=True)
    elif len(reading.rejects) > SHOWN and not out:
        click.echo("  " + _("… and more: --rejects OUT.csv writes them all"), err=True)


def _write(rejects: list[Reject], out: Path, inputs: set[Path]) -> None:
    if out.absolute() in inputs:
        raise Refused(_("the rejects cannot be written over %(file)s", file=out.name))
    _writing(out, lambda file: csv.writer(file).writerows([Reject._fields, *(each.cells for each in rejects)]))


def _writing(out: Path, write: Callable[[IO[str]], object]) -> None:
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            write(file)
    except OSError as error:
        raise Refused(_("%(file)s cannot be written: %(why)s", file=str(out), why=error.strerror)) from None
