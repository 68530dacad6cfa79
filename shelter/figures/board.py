"""What stands on the page of figures: a card for each indicator, exact or protected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from shelter.calendar import Period, today
from shelter.indicators import INDICATORS, UNKNOWN, Figure, kept
from shelter.indicators.words import fact, meaning, unit
from shelter.statistics.protect import Cell, Mark, Shown
from shelter.statistics.queries import say_period
from shelter.statistics.rules import CONTENTS, COUNTRIES, FACTS, OFTEN_NONE
from shelter.statistics.tables import (
    VERY_LONG,
    Block,
    chart,
    exact,
    in_order,
    label,
    number,
    pair_block,
    say,
    several_rows,
    share,
)
from shelter.texts import say as _

from . import together
from .queries import Whose

Link = Callable[..., str]
CHARTED = frozenset({"year", "sex", "age_band", "month", "discipline"})
"""Tables with a chart after them."""
HEADLINES = (
    "intake.admitted", "residence.present", "services.given", "services.persons", "transition.exits", "followup.done",
)
"""On my day of those who coordinate: sums of a foundation or of the programme, never one house beside another."""
LONG_WORDS = COUNTRIES | {"service", "province"}
"""Facts with many words: in a table of two they stand in the rows."""


@dataclass(frozen=True)
class Line:
    """A row: what, how many, which share of those of whom it is known, where its cases are listed."""

    label: str
    text: str
    share: str = ""
    url: str = ""
    is_quiet: bool = False


@dataclass(frozen=True)
class Table:
    """One breakdown. `note` says what keeps its rows from adding up, or why there are none."""

    title: str
    head: str
    caption: str
    lines: Sequence[Line] = ()
    known: str = ""
    note: str = ""
    chart: Markup | None = None


@dataclass(frozen=True)
class Card:
    """An indicator as the page shows it."""

    code: str
    title: str
    number: str
    said: str
    means: list[tuple[str, str]]
    url: str = ""
    tables: list[Table] = field(default_factory=list)
    pair: Block | None = None

    @property
    def anchor(self) -> str:
        """Where on the page it stands."""
        return self.code.replace(".", "-")


def codes() -> list[str]:
    """The indicators of this page; those of the route have one of their own."""
    return [code for code in INDICATORS if code not in together.CODES]


def exactly(found: Sequence[Figure], pair: tuple[str, str] | None, link: Link | None) -> list[Card]:
    """Every figure as it is. `link(code, fact, word)` is the address of its cases; None: they may not be listed."""
    by_code = {figure.code: figure for figure in found}
    first = [chapter.code for chapter in CONTENTS]
    return [_exact(by_code[code], pair, link) for code in sorted(by_code, key=lambda code: (
        first.index(code) if code in first else len(first)
    ))]


def _exact(figure: Figure, pair: tuple[str, str] | None, link: Link | None) -> Card:
    said = unit(figure.unit)
    if figure.denominator is not None:
        whole = number(figure.denominator)
        said = _("of %(whole)s (%(share)s)", whole=whole, share=share(figure.value, figure.denominator))
    link = link if INDICATORS[figure.code].of_cases else None
    names = [name for name in INDICATORS[figure.code].facts if not _is_plain_year(name, figure)] if figure.value else []
    return Card(
        figure.code, str(figure.label), number(figure.value), said, meaning(INDICATORS[figure.code]),
        link(figure.code) if link and figure.value else "",
        [_table(figure, name, link) for name in names], _pair(figure, pair),
    )


def _is_plain_year(name: str, figure: Figure) -> bool:
    """A table of one year says nothing."""
    return name == "year" and len(figure.breakdowns[name]) <= 2


def _table(figure: Figure, name: str, link: Link | None) -> Table:
    counts, known = figure.breakdowns[name], figure.known[name]
    cells = exact(counts, counts)
    order = in_order(name, cells)
    caption = f"{figure.label}: {fact(name).lower()}"
    lines = [
        Line(
            label(name, stored), say(cells[stored]), share(counts[stored], known) if stored != UNKNOWN else "–",
            link(figure.code, name, stored) if link and counts[stored] else "", stored == UNKNOWN,
        )
        for stored in order if counts[stored] or not FACTS[name].is_always_known
    ]
    return Table(
        str(FACTS[name].title), fact(name), caption, lines, _("known of %(count)s", count=number(known)),
        several_rows(name) if name in OFTEN_NONE or sum(counts.values()) > figure.value else "",
        _chart(name, caption, order, cells) if name in CHARTED else None,
    )


def _chart(name: str, caption: str, order: Sequence[str], cells: dict[str, Cell]) -> Markup | None:
    known = [stored for stored in order if cells[stored].number]
    return chart(name, caption, known, cells, 3 if len(known) > VERY_LONG else 1)


def _pair(figure: Figure, pair: tuple[str, str] | None) -> Block | None:
    if pair is None or not set(pair) <= set(INDICATORS[figure.code].facts):
        return None
    return pair_block(figure, *sorted(pair, key=lambda name: name not in LONG_WORDS))


def protected(shown: dict[str, Shown]) -> list[Card]:
    """Every figure of the report's contents as outside the programme: small counts hidden, the others rounded."""
    return [
        Card(
            chapter.code, str(INDICATORS[chapter.code].label), say(shown[chapter.code].total),
            unit(INDICATORS[chapter.code].unit), meaning(INDICATORS[chapter.code]),
            tables=[_protected(str(chapter.title), *each) for each in shown[chapter.code].tables.items()],
        )
        for chapter in CONTENTS if chapter.code in shown
    ]


def _protected(title: str, name: str, cells: dict[str, Cell]) -> Table:
    caption = f"{title}: {fact(name).lower()}"
    if {cell.mark for cell in cells.values()} == {Mark.WITHHELD}:
        return Table(str(FACTS[name].title), fact(name), caption, note=_(
            "Protected figures: this table is not printed, so that no small figure can be worked out."
        ))
    lines = [Line(label(name, stored), say(cells[stored]), is_quiet=stored == UNKNOWN)
             for stored in in_order(name, cells)]
    return Table(str(FACTS[name].title), fact(name), caption, lines)


def quarters(whose: Whose) -> dict[str, Any]:
    """The headlines of this quarter and the one before: rows of a label and two figures."""
    this = Period.quarter_of(today())
    before = Period.quarter_of(this.start - timedelta(days=1))
    counted = [kept.values(period, whose.scope, HEADLINES) for period in (this, before)]
    rows = [(str(INDICATORS[code].label), *(number(found[code]) for found in counted)) for code in HEADLINES]
    return {"whose": whose, "this": say_period(this), "before": say_period(before), "rows": rows, "period": this}


def title_of(code: str, name: str, word: str) -> Any:
    """What a figure, or a cell of it, is called."""
    whole = INDICATORS[code].label
    return f"{whole} · {fact(name)}: {label(name, word)}" if name else whole
