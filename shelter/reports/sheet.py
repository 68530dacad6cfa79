"""What stands on the paper: figures in words, rows in order, charts, and where it all comes from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import format_date
from markupsafe import Markup

from shelter.calendar import Period, local, today
from shelter.indicators import Figure
from shelter.indicators.words import fact
from shelter.statistics.protect import Cell, Level, Shown
from shelter.statistics.protect import Mark as Printed
from shelter.statistics.queries import say_period
from shelter.statistics.rules import CONTENTS, FACTS, LEVELS, OTHERS, UNKNOWN, Audience, Chapter
from shelter.statistics.tables import (
    LONG,
    VERY_LONG,
    Block,
    Row,
    chart,
    in_order,
    is_short_of_words,
    kept_chart,
    label,
    left_out,
    number,
    pair_block,
    say,
    several_rows,
    share,
)
from shelter.texts import say as _
from shelter.web.paper import qr


@dataclass(frozen=True)
class Part:
    """A chapter as printed."""

    title: str
    counts: str
    number: str
    said: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Sheet:
    """A report, read by its template."""

    period: Period
    audience: Audience
    scope: str
    shown: dict[str, Shown]
    exact: dict[str, Figure]
    sources: Sequence[sa.Row[Any]]
    printed_by: str
    made_at: datetime
    head: str

    @property
    def period_said(self) -> str:
        """The period in words."""
        return say_period(self.period)

    @property
    def made_on(self) -> str:
        """The day of printing, year included."""
        return str(format_date(local(self.made_at), "long"))

    @property
    def made_when(self) -> str:
        """The moment of printing, year included."""
        return f"{self.made_on}, {local(self.made_at):%H:%M}"

    @property
    def is_provisional(self) -> bool:
        """Whether the period is not over."""
        return self.period.end >= today()

    @property
    def level(self) -> Level | None:
        """How it is protected; None when it is exact."""
        return LEVELS.get(self.audience)

    @property
    def is_coarse(self) -> bool:
        """Whether a total is rounded more coarsely than the other figures."""
        return any(each.total.mark is Printed.COARSE for each in self.shown.values())

    @property
    def signed(self) -> dict[str, Any]:
        """The head of the audit trail: number, digest, moment, signature."""
        found: dict[str, Any] = json.loads(self.head)
        return found

    @property
    def qr(self) -> Markup:
        """The same for a telephone."""
        title = _("QR code with the signed head of the audit trail")
        return qr(self.head, title)

    @property
    def key_figures(self) -> list[tuple[str, str, str]]:
        """Number, name and sentence of each figure."""
        return [(self._headline(each), str(each.title), str(each.counts)) for each in self._chapters]

    @property
    def parts(self) -> list[Part]:
        """The chapters that have tables."""
        return [self._part(each) for each in self._with_tables if not self._is_empty(each)]

    @property
    def empty(self) -> list[str]:
        """The chapters that have none, because there is next to nothing in them."""
        return [str(each.title) for each in self._with_tables if self._is_empty(each)]

    @property
    def _chapters(self) -> list[Chapter]:
        return [each for each in CONTENTS if each.code in self.shown]

    @property
    def _with_tables(self) -> list[Chapter]:
        beside = {each.beside for each in CONTENTS}
        return [each for each in self._chapters if each.facts and each.code not in beside]

    def _is_empty(self, chapter: Chapter) -> bool:
        total = self.shown[chapter.code].total
        return not total.number and total.mark is not Printed.WITHHELD

    def _headline(self, chapter: Chapter) -> str:
        text = say(self.shown[chapter.code].total)
        whole = self.exact[chapter.code].denominator if chapter.code in self.exact else None
        return str(_("%(part)s of %(whole)s", part=text, whole=number(whole))) if whole else text

    def _part(self, chapter: Chapter) -> Part:
        shown = self.shown[chapter.code]
        blocks = [self._block(chapter, name, cells) for name, cells in shown.tables.items()]
        if chapter.code in self.exact:
            both = [pair_block(self.exact[chapter.code], *pair) for pair in chapter.pairs]
            blocks += [block for block in both if block]
        said = _("in the period")
        if chapter.beside in self.shown:
            said = _("in the period; %(kept)s kept", kept=say(self.shown[chapter.beside].total))
        return Part(str(chapter.title), str(chapter.counts), say(shown.total), said, blocks)

    def _block(self, chapter: Chapter, name: str, cells: dict[str, Cell]) -> Block:
        marks = {cell.mark for cell in cells.values()}
        title = str(FACTS[name].title)
        if marks == {Printed.WITHHELD}:
            return Block(title, notes=[
                _("Protected figures: this table is not printed, so that no small figure can be worked out."),
            ])
        if marks == {Printed.SMALL} and self.level:
            return Block(title, notes=[_("Fewer than %(least)s in each row.", least=self.level.least)])
        return self._table(chapter, name, cells, title)

    def _table(self, chapter: Chapter, name: str, cells: dict[str, Cell], title: str) -> Block:
        order = in_order(name, cells)
        if is_short_of_words(name, cells):
            order = [stored for stored in order if cells[stored].number]
        kept = self.shown[chapter.beside].tables.get(name, {}) if chapter.beside in self.shown else {}
        caption = f"{chapter.title}, {title[0].lower()}{title[1:]}"
        columns = 3 if len(order) > VERY_LONG or name == "year" else 1 + (len(order) > LONG)
        return Block(
            title, caption, self._head(chapter, name, bool(kept)),
            [self._row(chapter, name, stored, kept) for stored in order], self._total(chapter, name, bool(kept)),
            kept_chart(name, caption, order, cells, kept) if kept else chart(name, caption, order, cells, columns),
            self._notes(chapter, name, cells), columns, is_level=not kept,
            under="" if kept else left_out(name, order, cells),
        )

    def _head(self, chapter: Chapter, name: str, has_kept: bool) -> tuple[str, ...]:
        figures = (_("Due"), _("Kept")) if has_kept else (_("Number"),)
        return (fact(name), *figures, *(("%",) if chapter.code in self.exact else ()))

    def _row(self, chapter: Chapter, name: str, stored: str, kept: dict[str, Cell]) -> Row:
        cells = [self.shown[chapter.code].tables[name][stored], *([kept[stored]] if kept else [])]
        texts = [say(cell) for cell in cells]
        if chapter.code in self.exact:
            whole = cells[0].number if kept else self.exact[chapter.code].known[name]
            texts.append(share(cells[-1].number, whole) if stored != UNKNOWN else "–")
        return Row(label(name, stored), tuple(texts), stored in {UNKNOWN, OTHERS})

    def _total(self, chapter: Chapter, name: str, has_kept: bool) -> Row | None:
        total = self.shown[chapter.code].total
        if has_kept or name in chapter.several or name in chapter.often_none or total.mark is Printed.WITHHELD:
            return None
        return Row(_("Total"), (say(total), *(("",) if chapter.code in self.exact else ())))

    def _notes(self, chapter: Chapter, name: str, cells: dict[str, Cell]) -> list[str]:
        notes = []
        if is_short_of_words(name, cells):
            level = self.level
            few = _("All the others: less than %(least)s each.", least=level.least) if level else ""
            notes.append(few or _("All the others: none."))
        if name in chapter.several or name in chapter.often_none:
            notes.append(several_rows(name))
        return notes
