"""What may leave the house: small counts hidden, the others rounded, and nothing that can be worked back.

Pure functions over one indicator: a total, and one-way tables of the same people. Hiding and rounding each cell alone
is not enough: a total less the other cells may tell what a hidden one was. So a reader who adds and subtracts all that
is printed is imitated exactly; as long as she could rule out a count that `<5` stands for, the total or a table is
withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

Counts = Mapping[str, int]
Key = tuple[str, str]
Span = tuple[int, int]

TOTAL = ""
"""The name under which the total stands among the tables."""
_FAR = 1 << 40
_ANYTHING = (0, _FAR)


class Mark(Enum):
    """How a figure is printed."""

    EXACT = "exact"
    ROUNDED = "rounded"
    COARSE = "coarse"
    SMALL = "small"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Cell:
    """A figure as it is printed: a number, or the mark of a number that is not."""

    mark: Mark
    number: int = 0
    least: int = 0

    @property
    def token(self) -> str:
        """As the ledger and the data file keep it: `45`, `<5`, `~40` where rounded twice as coarsely, or nothing."""
        said = {Mark.SMALL: f"<{self.least}", Mark.WITHHELD: "", Mark.COARSE: f"~{self.number}"}
        return said.get(self.mark, str(self.number))


@dataclass(frozen=True)
class Level:
    """Counts below `least` are hidden, zero too; the others are rounded to the nearest multiple of `base`."""

    least: int
    base: int

    def cell(self, count: int, *, is_coarse: bool = False) -> Cell:
        """How a count is printed; a coarse one is rounded to the nearest multiple of twice the base."""
        if count < self.least:
            return Cell(Mark.SMALL, 0, self.least)
        base = self.base * (1 + is_coarse)
        return Cell(Mark.COARSE if is_coarse else Mark.ROUNDED, (2 * count + base) // (2 * base) * base, self.least)

    def span(self, cell: Cell) -> Span:
        """The smallest and the largest count that print so."""
        if cell.mark is Mark.SMALL:
            return 0, self.least - 1
        if cell.mark is Mark.EXACT:
            return cell.number, cell.number
        if cell.mark is Mark.WITHHELD:
            return _ANYTHING
        base = self.base * (1 + (cell.mark is Mark.COARSE))
        low = cell.number - base // 2
        return max(low, self.least), low + base - 1


@dataclass(frozen=True)
class Shown:
    """A total and its tables, as they are printed."""

    total: Cell
    tables: dict[str, dict[str, Cell]]


def exactly(total: int, tables: Mapping[str, Counts]) -> Shown:
    """For the programme's own eyes."""
    return _shown(total, tables, lambda _name, count: Cell(Mark.EXACT, count))


def protect(
    total: int, tables: Mapping[str, Counts], level: Level, *,
    several: Collection[str] = (), often_none: Collection[str] = (),
    parts_of: Mapping[str, str] | None = None, unknown: str = "unknown",
) -> Shown:
    """Hide and round, then withhold until every hidden cell may still be anything from zero to `least` - 1.

    A table shares out the total among its words, one for each person. In the tables named in `several` a person may
    stand under several words; in those of `often_none` besides, of a person of whom enough is known, under none.
    `parts_of` says of a table that it divides the words of another: {"service": "discipline"}, `legal.hearing` being a
    part of `legal`.
    """
    people = _Tree(total, tables, several, often_none, parts_of or {}, unknown).root
    plan = _plan(people, tables, level)
    return _shown(total, tables, lambda name, count: plan.cell(level, name, count))


def _shown(total: int, tables: Mapping[str, Counts], cell: Callable[[str, int], Cell]) -> Shown:
    return Shown(
        cell(TOTAL, total),
        {name: {word: cell(name, count) for word, count in counts.items()} for name, counts in tables.items()},
    )


@dataclass(frozen=True)
class _Plan:
    """What is not printed, and whether the total is rounded twice as coarsely."""

    withheld: frozenset[str] = frozenset()
    is_coarse: bool = False

    def cell(self, level: Level, name: str, count: int) -> Cell:
        """How a count of a table is printed, or the total."""
        if name in self.withheld:
            return Cell(Mark.WITHHELD)
        return level.cell(count, is_coarse=self.is_coarse and name == TOTAL)


def _plan(people: _Node, tables: Mapping[str, Counts], level: Level) -> _Plan:
    """What costs the reader least: a coarser total; a single table that is the trouble; then, no total; then,
    one table after another, that of the tightest cell first. At the end, whatever is harmless after all comes back.
    """
    trouble = frozenset(_broken(people, level, _Plan()))
    for plan in (_Plan(), _Plan(is_coarse=True), *([_Plan(trouble)] if len(trouble) == 1 else [])):
        if not _broken(people, level, plan):
            return plan
    plan = _Plan(frozenset({TOTAL}))
    while broken := _broken(people, level, plan):
        plan = _Plan(plan.withheld | {broken[0]})
    for name in (TOTAL, *tables):
        plan = _with(name, plan, people, level)
    return plan


def _with(name: str, plan: _Plan, people: _Node, level: Level) -> _Plan:
    """The plan with a table, or the total, printed again, if it may."""
    if name in plan.withheld:
        for is_coarse in (False, True) if name == TOTAL else (plan.is_coarse,):
            more = _Plan(plan.withheld - {name}, is_coarse)
            if not _broken(people, level, more):
                return more
    return plan


def _broken(people: _Node, level: Level, plan: _Plan) -> list[str]:
    """The tables with a hidden cell that the printed ones give away, tightest first."""
    spans = _known(people, level, plan)
    narrow = []
    for node in people.all():
        if node.key and node.key[0] not in plan.withheld and node.count < level.least:
            low, high = spans[id(node)]
            if low > 0 or high < level.least - 1:
                narrow.append((high - low, node.key))
    return [key[0] for _width, key in sorted(narrow)]


@dataclass
class _Node:
    """A count and what is known to make it up. Without a key it is printed nowhere."""

    count: int
    key: Key | None = None
    groups: list[_Group] = field(default_factory=list)

    def all(self) -> Iterator[_Node]:
        """It and all below."""
        yield self
        for group in self.groups:
            for each in group.parts:
                yield from each.all()


class _Group:
    """Parts that add up to their whole: everybody of the whole is in exactly one of them."""

    def __init__(self, parts: list[_Node]) -> None:
        self.parts = parts

    def is_true(self, whole: int) -> bool:
        """Whether the counts are such."""
        return sum(part.count for part in self.parts) == whole

    def whole(self, parts: list[Span]) -> Span:
        """What the parts allow the whole."""
        return sum(low for low, _ in parts), sum(high for _, high in parts)

    def part(self, whole: Span, mine: Span, parts: list[Span]) -> Span:
        """What the whole and the siblings leave to a part."""
        low, high = self.whole(parts)
        return max(mine[0], whole[0] - (high - mine[1])), min(mine[1], whole[1] - (low - mine[0]))


class _Cover(_Group):
    """Parts that cover their whole: everybody of the whole is in at least one of them."""

    def is_true(self, whole: int) -> bool:
        """The largest is not more, all together are not less."""
        return max(part.count for part in self.parts) <= whole <= sum(part.count for part in self.parts)

    def whole(self, parts: list[Span]) -> Span:
        """From all in each other to none in another."""
        return max(low for low, _ in parts), sum(high for _, high in parts)

    def part(self, whole: Span, mine: Span, parts: list[Span]) -> Span:
        """At most the whole; at least what the others cannot cover even of the smallest whole."""
        smallest = max(whole[0], *(low for low, _ in parts))
        others = sum(min(high, smallest) for _, high in parts) - min(mine[1], smallest)
        return max(mine[0], smallest - others), min(mine[1], whole[1])


class _Tree:
    """The total, and below it every table."""

    def __init__(
        self, total: int, tables: Mapping[str, Counts], several: Collection[str], often_none: Collection[str],
        parts_of: Mapping[str, str], unknown: str,
    ) -> None:
        self.root = _Node(total, (TOTAL, TOTAL))
        self.several, self.often_none, self.unknown = {*several, *often_none}, often_none, unknown
        self.nodes = {
            name: {word: _Node(count, (name, word)) for word, count in counts.items()}
            for name, counts in tables.items()
        }
        for name, words in self.nodes.items():
            whole = parts_of.get(name, TOTAL)
            if whole in self.nodes:
                self._divide(name, whole)
            elif name in self.several:
                self._cover_known(name, words)
            else:
                _put(self.root, _Group([*words.values()]), name)

    def _cover_known(self, name: str, words: dict[str, _Node]) -> None:
        known = self.root
        if nothing := words.get(self.unknown):
            known = _Node(self.root.count - nothing.count)
            _put(self.root, _Group([known, nothing]), name)
        parts = [node for word, node in words.items() if word != self.unknown]
        rest = [_Node(known.count)] if name in self.often_none else []
        _put(known, _Cover([*parts, *rest]), name)

    def _divide(self, name: str, whole: str) -> None:
        """Parts under the word that they divide, where the whole can be told from the parts."""
        for word, node in self.nodes[whole].items():
            parts = [each for part, each in self.nodes[name].items() if part.partition(".")[0] == word]
            if parts:
                _put(node, (_Cover if name in self.several else _Group)(parts), name)


def _put(whole: _Node, group: _Group, name: str) -> None:
    if group.parts:
        if not group.is_true(whole.count):
            raise ValueError(f"the table {name} does not go with its total")
        whole.groups.append(group)


def _known(people: _Node, level: Level, plan: _Plan) -> dict[int, Span]:
    """For each count the range that a reader of all the printed figures cannot narrow, by the node's identity.

    Upwards: what the parts allow the whole. Downwards: what whole and siblings leave to a part. The counts form a tree,
    and groups of one whole do not touch each other otherwise: so two passes find the exact ranges.
    """
    spans: dict[int, Span] = {}

    def up(node: _Node) -> Span:
        low, high = level.span(plan.cell(level, node.key[0], node.count)) if node.key else _ANYTHING
        for group in node.groups:
            whole = group.whole([up(each) for each in group.parts])
            low, high = max(low, whole[0]), min(high, whole[1])
        spans[id(node)] = low, high
        return low, high

    def down(node: _Node) -> None:
        for group in node.groups:
            parts = [spans[id(each)] for each in group.parts]
            for each, mine in zip(group.parts, parts, strict=True):
                spans[id(each)] = group.part(spans[id(node)], mine, parts)
            for each in group.parts:
                down(each)

    up(people)
    down(people)
    return spans
