"""Charts as SVG: bars, columns by year, groups, stacks. Each says its own sentence and is read without colour too."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from flask_babel import format_decimal
from markupsafe import Markup, escape

WIDTH = 640
GUTTER = 28
STUB = 9.0
SMALLEST = 5.0
"""Points in which figures are still read on paper."""
MOST_SERIES = 5
COLOURS = ("#1F5F6B", "#9A5B00", "#6B5B95", "#3F7D58", "#A4485A")
"""Each ≥ 4.9:1 on white; a style sheet for screens may change them by class (c1 … c5)."""
_INK, _MUTED, _LINE = "#1F2A30", "#52616B", "#D9D4CA"
_WEAVES = ("", "M0 8L8 0M-1 1L1 -1M7 9L9 7", "M2 0.5V3.5M0.5 2H3.5M6 4.5V7.5M4.5 6H7.5", "M0 4H8", "M0 0L8 8M0 8L8 0")


@dataclass(frozen=True)
class Mark:
    """One value: its label, its size, the text printed beside it. A hidden one has no size that could be measured."""

    label: str
    size: float
    text: str
    is_hidden: bool = False


@dataclass(frozen=True)
class Series:
    """One colour and pattern of a chart, with a mark for each label."""

    name: str
    marks: Sequence[Mark]


def bars(
    sentence: str, marks: Sequence[Mark], *, width: int = WIDTH, rows_in_column: int = 24, pitch: float | None = None,
) -> Markup:
    """Horizontal bars with direct labels, one every `pitch`; in two columns when more than `rows_in_column`."""
    in_two = len(marks) > rows_in_column
    depth = -(-len(marks) // (2 if in_two else 1))
    wide = (width - GUTTER) / 2 if in_two else width
    font = 9.0 if len(marks) > 16 else 10.0
    beside = min(max((_long(mark.label, font) for mark in marks), default=0) + 2, wide * 0.42)
    labels = [_label(mark.label, beside, font) for mark in marks]
    is_wrapped = any(len(lines) > 1 for lines, _size in labels)
    pitch = pitch or font * (2.75 if is_wrapped and not in_two else 1.9)
    thick = min(pitch * 0.64, 13)
    scale = min(((wide - beside - 18 - _long(mark.text, font)) / mark.size for mark in marks if mark.size), default=1.0)
    picture = _Picture(sentence, width, max(depth * pitch, 1))
    for place, (mark, (lines, size)) in enumerate(zip(marks, labels, strict=True)):
        left, top = (place // depth) * (wide + GUTTER), (place % depth) * pitch
        picture.words(lines, left + beside, top + pitch / 2, size, anchor="end")
        reached = picture.bar(left + beside + 8, top + (pitch - thick) / 2, mark.size * scale, thick, mark)
        picture.words([mark.text], left + beside + 13 + reached, top + pitch / 2, font, colour=_said(mark), weight=600)
    return picture.done()


def columns(sentence: str, marks: Sequence[Mark], *, width: int = WIDTH, height: int = 190) -> Markup:
    """Upright columns, each with its figure on top: years."""
    step = width / max(len(marks), 1)
    font = _fitting((mark.text for mark in marks), step - 3, 9.5)
    floor, ceiling = height - 18, font + 8
    most = max((mark.size for mark in marks), default=0) or 1
    picture = _Picture(sentence, width, height)
    for place, mark in enumerate(marks):
        middle, thick = step * (place + 0.5), min(step * 0.68, 64)
        tall = STUB / 2 if mark.is_hidden else (floor - ceiling) * mark.size / most
        picture.column(middle - thick / 2, floor, thick, tall, 0, mark)
        above = floor - tall - font * 0.75
        picture.words([mark.text], middle, above, font, anchor="middle", colour=_said(mark), weight=600)
        picture.words([mark.label], middle, height - 7, min(font, 9), anchor="middle", colour=_MUTED)
    picture.line(0, floor, width, floor)
    return picture.done()


def grouped(sentence: str, series: Sequence[Series], *, width: int = WIDTH, height: int = 210) -> Markup:
    """Columns side by side for each label, told apart by colour and pattern."""
    return _by_label(sentence, series, width, height, is_stacked=False)


def stacked(sentence: str, series: Sequence[Series], *, width: int = WIDTH, height: int = 210) -> Markup:
    """Columns on top of each other for each label."""
    return _by_label(sentence, series, width, height, is_stacked=True)


def _by_label(sentence: str, series: Sequence[Series], width: int, height: int, *, is_stacked: bool) -> Markup:
    if len(series) > MOST_SERIES:
        raise ValueError(f"a chart can be read with {MOST_SERIES} series at most")
    picture = _Picture(sentence, width, height)
    top = picture.legend([each.name for each in series], width) + 8
    labels = [mark.label for mark in series[0].marks] if series else []
    piles = [[each.marks[place] for each in series] for place in range(len(labels))]
    most = max(((sum if is_stacked else max)(mark.size for mark in pile) for pile in piles), default=0) or 1
    rise = nice(most)
    levels = [level * rise for level in range(int(-(-most // rise)) + 1)]
    left = _long(_number(levels[-1]), 9) + 8
    floor, ceiling = height - 18, top + 10
    scale = (floor - ceiling) / levels[-1]
    for level in levels:
        y = floor - level * scale
        picture.line(left, y, width, y)
        picture.words([_number(level)], left - 6, y, 8.5, anchor="end", colour=_MUTED)
    step = (width - left) / max(len(labels), 1)
    room = min(step * 0.74, 90)
    font = _beside_each_other([mark.text for pile in piles for mark in pile if mark.size], room / max(len(series), 1))
    for place, (label, pile) in enumerate(zip(labels, piles, strict=True)):
        middle = left + step * (place + 0.5)
        picture.words([label], middle, height - 7, _fitting([label], step - 2, 9.0), anchor="middle", colour=_MUTED)
        _pile(picture, pile, middle, room, floor, scale, is_stacked=is_stacked, font=font)
    return picture.done()


def _pile(
    picture: _Picture, pile: Sequence[Mark], middle: float, room: float, floor: float, scale: float, *,
    is_stacked: bool, font: float,
) -> None:
    if is_stacked:
        thick, at = min(room, 46.0), floor
        for number, mark in enumerate(pile):
            picture.column(middle - thick / 2, at, thick, mark.size * scale - 0.8, number, mark)
            at -= mark.size * scale
        return
    thick = room / len(pile)
    for number, mark in enumerate(pile):
        x, tall = middle - room / 2 + thick * number, mark.size * scale
        picture.column(x + thick * 0.06, floor, thick * 0.88, tall, number, mark)
        if mark.size and font:
            picture.words([mark.text], x + thick / 2, floor - tall - 5, font, anchor="middle")


def _beside_each_other(texts: Sequence[str], room: float) -> float:
    """The size in which each figure stands over its own bar; 0 where one would not: then none does, small or large."""
    longest = max((_long(text, 1) for text in texts), default=0)
    font = min(7.5, (room + 1) / longest) if longest else 7.5
    return font if font >= SMALLEST else 0


def _number(level: float) -> str:
    """A figure of the axis, with the separators of the reader's language."""
    return str(format_decimal(level))


def nice(most: float) -> float:
    """The distance between grid lines: 1, 2, 2½ or 5 times a power of ten, about four of them up to `most`."""
    size = 1.0
    while size * 10 <= most / 4:
        size *= 10
    return next((size * step for step in (1, 2, 2.5, 5, 10) if size * step >= most / 4), size)


class _Picture:
    """An SVG in the making."""

    def __init__(self, sentence: str, width: float, height: float) -> None:
        self.sentence, self.width, self.height = sentence, width, height
        self.parts: list[Markup] = []
        self.woven: set[int] = set()
        self.name = f"w{crc32(sentence.encode()):x}"

    def words(
        self, lines: Sequence[str], x: float, y: float, font: float, *,
        anchor: str = "start", colour: str = _INK, weight: int = 400,
    ) -> None:
        """Lines of text, centred on a height."""
        for place, line in enumerate(lines):
            base = y + font * 0.36 + (place - (len(lines) - 1) / 2) * font * 1.12
            self.parts.append(_tag(
                "text", line, x=x, y=base, font_size=font, text_anchor=anchor, fill=colour, font_weight=weight,
            ))

    def bar(self, x: float, y: float, long: float, thick: float, mark: Mark) -> float:
        """A lying bar, and how long it became; a hidden value is a stub of one length for all."""
        long = STUB if mark.is_hidden else max(long, 1.0 if mark.size else 0.0)
        self._shape(x, y, long, thick, 0, is_hidden=mark.is_hidden)
        return long

    def column(self, x: float, floor: float, thick: float, tall: float, number: int, mark: Mark) -> None:
        """A standing one."""
        tall = STUB / 2 if mark.is_hidden else tall
        self._shape(x, floor - tall, thick, tall, number, is_hidden=mark.is_hidden)

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A thin rule."""
        self.parts.append(_tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=_LINE, stroke_width=0.8))

    def legend(self, names: Sequence[str], width: float) -> float:
        """Swatches with their names; returns how deep it is."""
        x, y, font = 0.0, 6.0, 9.5
        for number, name in enumerate(names):
            needed = 16 + _long(name, font) + 18
            if x and x + needed > width:
                x, y = 0.0, y + 16
            self._shape(x, y - 5, 11, 11, number)
            self.words([name], x + 16, y, font)
            x += needed
        return y + 6

    def _shape(self, x: float, y: float, wide: float, tall: float, number: int, *, is_hidden: bool = False) -> None:
        if wide <= 0 or tall <= 0:
            return
        if is_hidden:
            self._rect(x, y, wide, tall, fill="none", stroke=_MUTED, stroke_width=0.8, stroke_dasharray="2 1.5")
            return
        corner = min(1.5, wide / 3, tall / 3)
        self._rect(x, y, wide, tall, rx=corner, class_=f"c{number + 1}", fill=COLOURS[number])
        if _WEAVES[number]:
            self.woven.add(number)
            self._rect(x, y, wide, tall, fill=f"url(#{self.name}-{number})")

    def _rect(self, x: float, y: float, wide: float, tall: float, **more: str | float) -> None:
        place = {"x": x, "y": y, "width": wide, "height": tall}
        self.parts.append(_tag("rect", **{**place, **more}))

    def done(self) -> Markup:
        """The whole picture; its title is what a screen reader says."""
        weaves = Markup("").join(
            _tag("pattern", _tag("path", d=_WEAVES[number], stroke="#FFFFFF", stroke_width=1.3, fill="none"),
                 id=f"{self.name}-{number}", width=8, height=8, patternUnits="userSpaceOnUse")
            for number in sorted(self.woven)
        )
        inside = _tag("title", self.sentence) + (_tag("defs", weaves) if weaves else "") + Markup("").join(self.parts)
        return _tag(
            "svg", inside, class_="chart", role="img", viewBox=f"0 0 {_n(self.width)} {_n(self.height)}",
            width=self.width, height=self.height, font_family="Inter, system-ui, sans-serif",
        )


def _tag(name: str, inside: str = "", /, **attributes: str | float) -> Markup:
    said = "".join(
        f' {_dashed(key)}="{escape(value) if isinstance(value, str) else _n(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{said}>{escape(inside)}</{name}>")  # noqa: S704 (escaped here; names are the program's own)


@cache
def _dashed(name: str) -> str:
    return name.strip("_").replace("_", "-")


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _long(text: str, font: float) -> float:
    """About how long a text is: wide and narrow letters of Inter, measured in its size."""
    narrow, wide = sum(letter in "fijlrtI.,;:·'|() " for letter in text), sum(letter in "mwMWGOQ%@" for letter in text)
    return font * (0.58 * len(text) - 0.26 * narrow + 0.24 * wide)


def _said(mark: Mark) -> str:
    return _MUTED if mark.is_hidden else _INK


def _label(label: str, room: float, font: float) -> tuple[list[str], float]:
    """A label on one line, a little smaller if need be, else on two; and its size."""
    needed = _long(label, font)
    if needed * 0.86 <= room:
        return [label], min(font, font * room / needed) if needed else font
    letters = max(int(len(label) * room / (needed * 0.88)), 8)
    return textwrap.wrap(label, letters, max_lines=2, placeholder="…") or [""], font * 0.88


def _fitting(texts: Iterable[str], room: float, font: float) -> float:
    longest = max((_long(text, font) for text in texts), default=0)
    return font if longest <= room else max(font * room / longest, 6.0)


def sentence_of(what: str, marks: Sequence[Mark], most: int = 12) -> str:
    """What a chart says, in words: its subject and its values (the first of them when they are many)."""
    said = "; ".join(f"{mark.label} {mark.text}" for mark in marks[:most])
    return f"{what}: {said}{' …' if len(marks) > most else '.'}"


