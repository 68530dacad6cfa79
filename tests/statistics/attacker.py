"""A reader who wants to know: she has the printed figures alone and tries every number. No code of the protection."""

from __future__ import annotations

from itertools import product

FAR = 40


def meanings(token: str, least: int, base: int) -> set[int]:
    """Every count that prints so."""
    if token == "":
        return set(range(FAR))
    if token.startswith("<"):
        return set(range(least))
    if token.startswith("~"):
        token, base = token[1:], 2 * base
    return {count for count in range(least, FAR + base) if _rounded(count, base) == int(token)}


def _rounded(count: int, base: int) -> int:
    return base * int(count / base + 0.5)


class Reader:
    """What may be, given one indicator as printed. `several`: a person may stand under several words, of those in
    `often_none` under none; a word of `service` is a part of the discipline before its point."""

    def __init__(self, total, tables, least, base, several=(), often_none=(), parts=None):
        self.least, self.base, self.parts = least, base, parts or {}
        self.several, self.often_none = set(several) | set(often_none), set(often_none)
        self.total = meanings(total, least, base)
        self.tables = {
            name: {word: meanings(token, least, base) for word, token in rows.items()} for name, rows in tables.items()
        }

    def possible(self, name: str, word: str) -> set[int]:
        """Every value of a cell that some population explains."""
        mine = self.tables[name][word] & set(range(self.least))
        return {value for value in mine if self._totals({(name, word): value})}

    def possible_totals(self) -> set[int]:
        return self._totals({})

    def _totals(self, fixed) -> set[int]:
        found = self.total
        for name in self.tables:
            if name not in self.parts:
                found = found & self._wholes(name, fixed)
        return found

    def _cells(self, name, fixed):
        rows = {}
        for word, values in self.tables[name].items():
            rows[word] = values & {fixed[name, word]} if (name, word) in fixed else values
            for part, whole in self.parts.items():
                below = [w for w in self.tables.get(part, {}) if w.partition(".")[0] == word]
                if whole == name and below:
                    inside = self._cells(part, fixed)
                    cells = [inside[w] for w in below]
                    rows[word] = {value for value in rows[word] if self._goes(cells, value, part in self.several)}
        return rows

    def _wholes(self, name, fixed) -> set[int]:
        rows = self._cells(name, fixed)
        if name not in self.several:
            return _sums(rows.values())
        nothing = rows.get("unknown", {0})
        words = [values for word, values in rows.items() if word != "unknown"]
        found = set()
        for known in range(FAR):
            if name in self.often_none:
                goes = all(min(values, default=FAR) <= known for values in words)
            else:
                goes = self._goes(words, known, True)
            if goes:
                found |= {known + each for each in nothing}
        return found

    def _goes(self, cells, whole, several) -> bool:
        """Whether parts with these possible sizes can make up the whole."""
        if not several:
            return whole in _sums(cells)
        fitting = [{value for value in values if value <= whole} for values in cells]
        return all(fitting) and sum(max(values) for values in fitting) >= whole


def _sums(cells) -> set[int]:
    found = {0}
    for values in cells:
        found = {one + two for one, two in product(found, values) if one + two < FAR}
    return found
