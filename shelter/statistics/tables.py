"""A table of figures as it is read: its rows in order, words, shares, charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import format_decimal, format_percent
from markupsafe import Markup

from shelter.indicators import Figure
from shelter.indicators.words import fact, word
from shelter.texts import say as _
from shelter.texts import say_many
from shelter.web.charts import MOST_SERIES, Mark, Series, bars, columns, grouped, sentence_of

from .protect import Cell
from .protect import Mark as Printed
from .rules import COUNTRIES, FACTS, OFTEN_NONE, OTHERS, UNKNOWN

IN_ORDER = frozenset({"year", "age_band", "month"})
"""Tables whose rows follow each other by nature; the others begin with the largest."""
LONG = 14
"""More rows than this do not stand beside their chart; a longer vocabulary says its small rows in one sentence."""
VERY_LONG = 30
"""More rows than this stand in three columns."""
MOST_BARS = 48
"""Bars of one chart; the table holds the rest."""
MOST_ROWS = 15
"""Rows of a table of countries by something else."""
ROW = 22.4
"""How high a row of a table is, in the measure of a chart that stands beside it."""
BESIDE, WIDE, LOW = 380, 640, 160


@dataclass(frozen=True)
class Row:
    """One line of a table; a quiet one is not a word of the vocabulary but the rest."""

    label: str
    texts: tuple[str, ...]
    is_quiet: bool = False


@dataclass(frozen=True)
class Block:
    """A chart and its table, or a sentence in their place. `columns`: 0 for a two-way table.

    `under` the chart stands what it leaves out.
    """

    title: str
    caption: str = ""
    head: tuple[str, ...] = ()
    rows: Sequence[Row] = ()
    total: Row | None = None
    chart: Markup | None = None
    notes: Sequence[str] = ()
    columns: int = 1
    is_level: bool = True
    under: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether chart and table stand side by side."""
        return self.chart is not None and self.columns == 1


def chart(name: str, caption: str, order: Sequence[str], cells: dict[str, Cell], room: int) -> Markup | None:
    """The chart of a one-way table that stands in `room` columns; none of a single row."""
    marks = [mark(label(name, stored), cells[stored]) for stored in _charted(name, order)]
    if len(marks) < 2:
        return None
    if name == "year":
        return columns(sentence_of(caption, marks, VERY_LONG), marks)
    if room == 1:
        return bars(sentence_of(caption, marks), marks, width=BESIDE, pitch=ROW)
    return bars(sentence_of(caption, marks), marks, width=WIDE)


def _charted(name: str, order: Sequence[str]) -> Sequence[str]:
    """The words that have a bar: the largest, and what is not a word."""
    if name == "year" or len(order) <= MOST_BARS:
        return order
    rest = sum(stored in {OTHERS, UNKNOWN} for stored in order)
    return [*order[: MOST_BARS - rest], *order[len(order) - rest :]]


def left_out(name: str, order: Sequence[str], cells: dict[str, Cell]) -> str:
    """What the chart of a table does not show, in a sentence; nothing where it shows all."""
    words = [stored for stored in _charted(name, order) if stored not in {OTHERS, UNKNOWN}]
    missing = len(order) - len(_charted(name, order))
    if not missing:
        return ""
    said = say_many("The %(most)s with the most cases; %(num)s more is in the table only.",
                    "The %(most)s with the most cases; %(num)s more are in the table only.", missing, most=len(words))
    if OTHERS in cells:
        said += " " + _("“Other countries” are not these: of each of them there are less than %(least)s.",
                        least=cells[OTHERS].least)
    return said


def kept_chart(name: str, caption: str, order: Sequence[str], due: dict[str, Cell], kept: dict[str, Cell]) -> Markup:
    """What was due and what was kept, side by side."""
    series = [
        Series(said, [mark(label(name, stored), cells[stored]) for stored in order])
        for said, cells in ((_("Due"), due), (_("Kept"), kept))
    ]
    return grouped(sentence_of(caption, series[0].marks), series, width=BESIDE, height=180)


def pair_block(figure: Figure, first: str, second: str) -> Block | None:
    """A two-way table, exact: for the programme itself alone. None when it would have a single row or column."""
    counts = pairs(figure, first, second)
    if not counts:
        return None
    down = in_order(first, exact(figure.breakdowns[first], {one for one, _two in counts}))
    across = in_order(second, exact(figure.breakdowns[second], {two for _one, two in counts}))
    if len(down) < 2 or len(across) < 2:
        return None
    is_cut = first in COUNTRIES and len(down) > MOST_ROWS
    if is_cut:
        down = [stored for stored in down if stored != UNKNOWN][:MOST_ROWS]
    if second in COUNTRIES:
        across = [stored for stored in across if stored != UNKNOWN][:MOST_ROWS]
    title = _("%(first)s and %(second)s", first=FACTS[first].title, second=fact(second).lower())
    cells = {(one, two): Cell(Printed.EXACT, counts.get((one, two), 0)) for one in down for two in across}
    rows = [Row(label(first, one), tuple(say(cells[one, two]) for two in across), one == UNKNOWN) for one in down]
    series = [
        Series(label(second, two), [mark(label(first, one), cells[one, two]) for one in down])
        for two in across[:MOST_SERIES]
    ]
    said = _("%(what)s: the table says the same.", what=f"{figure.label}, {title[0].lower()}{title[1:]}")
    return Block(
        title, title, (fact(first), *(label(second, two) for two in across)), rows, None,
        grouped(said, series, height=LOW) if first in IN_ORDER else None,
        [_("The %(most)s largest; the others are in the table before.", most=MOST_ROWS)] if is_cut else [], 0,
    )


def pairs(figure: Figure, first: str, second: str) -> dict[tuple[str, str], int]:
    """A two-way table by its two words, whichever way round it was counted."""
    if f"{first}×{second}" in figure.breakdowns:
        return {_two_words(key): count for key, count in figure.breakdowns[f"{first}×{second}"].items()}
    turned = figure.breakdowns.get(f"{second}×{first}", {})
    return {_two_words(key)[::-1]: count for key, count in turned.items()}


def _two_words(key: str) -> tuple[str, str]:
    one, _times, two = key.partition("×")
    return one, two


def exact(counts: dict[str, int], words: Iterable[str]) -> dict[str, Cell]:
    """Counts of some words as cells."""
    return {stored: Cell(Printed.EXACT, counts.get(stored, 0)) for stored in words}


def in_order(name: str, cells: dict[str, Cell]) -> list[str]:
    """The words as they stand on the page: by nature, or the largest printed first; what is not a word comes last.

    Equal printed figures stand as in the list of words or by the alphabet: their order must not tell which is larger.
    """
    words = FACTS[name].words
    listed = words.every() if words else sorted(cells, key=lambda stored: label(name, stored))
    place = {str(stored): at for at, stored in enumerate(listed)}

    def key(stored: str) -> tuple[int, int, int]:
        size = 0 if name in IN_ORDER else -cells[stored].number
        return (stored == OTHERS) + 2 * (stored == UNKNOWN), size, place.get(stored, 0)

    return sorted(cells, key=key)


def is_short_of_words(name: str, cells: dict[str, Cell]) -> bool:
    """Whether the table of a long vocabulary leaves out rows: those with nothing to read are said in one sentence."""
    return len(cells) > LONG and FACTS[name].words is not None and any(not cell.number for cell in cells.values())


def label(name: str, stored: str) -> str:
    """A stored word in the reader's language."""
    if stored == OTHERS:
        return str(_("Other countries"))
    return word(name, stored)


def say(cell: Cell) -> str:
    """A figure as it is read."""
    return say_token(cell.token)


def say_token(token: str) -> str:
    """A figure as the ledger keeps it."""
    if token.lstrip("~").isdigit():
        return ("≈ " if token.startswith("~") else "") + number(int(token.lstrip("~")))
    return token or str(_("Protected figure"))


def several_rows(name: str) -> str:
    """Why the rows of a table do not add up to the people in it."""
    if name in OFTEN_NONE:
        return str(_("A person stands in each row that applies to her, and in none where none applies: the rows need "
                     "not add up to the people."))
    return str(_("A person stands in each row that applies to her: the rows add up to more than the people."))


def number(count: int) -> str:
    """With the separators of the language."""
    return str(format_decimal(count))


def share(part: int, whole: int) -> str:
    """A percentage with one decimal."""
    return str(format_percent(part / whole, "#,##0.0 %")) if whole else "–"


def mark(text: str, cell: Cell) -> Mark:
    """A figure in a chart."""
    return Mark(text, cell.number, say(cell), cell.mark in {Printed.SMALL, Printed.WITHHELD})
