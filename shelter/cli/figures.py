"""`shelter indicators`: every figure of a period, as a table to read or as JSON."""

from __future__ import annotations

import json
from typing import Any

import click
from flask_babel import format_decimal

from shelter.audit import note, operator
from shelter.calendar import Period
from shelter.cli.plain import in_app
from shelter.indicators import INDICATORS, Figure, Table, figures
from shelter.indicators.words import fact, rows, unit
from shelter.statistics.tables import share
from shelter.texts import say as _

EXAMPLES = "2026, 2026-Q3, 2026-09, 2010..2018 or 2026-01-01..2026-06-30"
FIRST_YEAR, LAST_YEAR = 1900, 2100


class PeriodType(click.ParamType[Period]):
    """A period as it is typed."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        """Refuse what is none, and years that nobody means."""
        try:
            period = value if isinstance(value, Period) else Period.read(value)
        except ValueError:
            self.fail(_("%(value)s is no period; write one like %(examples)s", value=repr(value), examples=EXAMPLES),
                      param, ctx)
        if period.start.year < FIRST_YEAR or period.end.year > LAST_YEAR:
            self.fail(_("%(value)s lies outside the years %(first)s to %(last)s", value=repr(value), first=FIRST_YEAR,
                        last=LAST_YEAR), param, ctx)
        return period


PERIOD = PeriodType()


@click.command("indicators")
@click.argument("period", type=PERIOD)
@click.option("--json", "as_json", is_flag=True, help="One JSON array on standard output, and nothing else.")
@in_app
def indicators_command(period: Period, as_json: bool) -> None:
    """Every figure of a PERIOD, exact: for internal use.

    A PERIOD is written 2026, 2026-Q3, 2026-09, 2010..2018 or 2026-01-01..2026-06-30.
    """
    found = figures(period)
    if as_json:
        text = json.dumps([figure.as_json() for figure in found], ensure_ascii=False)
    else:
        title = _("Figures of %(period)s, exact, for internal use only", period=str(period))
        text = "\n".join([title, *map(_say, found)])
    note("figures.read", by=operator, period=str(period))
    click.echo(text.encode())


def _say(figure: Figure) -> str:
    value = format_decimal(figure.value)
    if figure.denominator is not None:
        value = _("%(part)s of %(whole)s", part=value, whole=format_decimal(figure.denominator))
    lines = ["", f"{figure.label}: {value} {unit(figure.unit)}", f"  {INDICATORS[figure.code].means.counts}"]
    if figure.value:
        for name, table in figure.breakdowns.items():
            if "×" not in name:
                known = _("known of %(count)s", count=format_decimal(figure.known[name]))
                lines += [f"  {fact(name)} ({known})", *_rows(name, table, figure.known[name])]
    return "\n".join(lines)


def _rows(name: str, table: Table, known: int) -> list[str]:
    """Each word with its share of those of whom it is known; the last row, what is not known, has none."""
    said = rows(name, table)
    width = max(len(label) for label, _count in said)
    shares = [*(share(count, known) for _label, count in said[:-1]), "–"]
    return [
        f"    {label:<{width}}  {format_decimal(count):>9}  {part:>8}"
        for (label, count), part in zip(said, shares, strict=True)
    ]
