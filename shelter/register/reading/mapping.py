"""A mapping: which register a file fills, which column tells which fact, and what its words mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import guess, toml
from .cells import AS_IT_LIES, Shape
from .columns import NEEDED, Column, in_order
from .sheet import Sheet, read_bytes

SHIPPED = Path(__file__).parents[1] / "mappings"


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. `encoding`, `separator` and `sheet` are found out where they are None; `order` is of dates."""

    name: str
    register: str
    source: str
    columns: tuple[Column, ...]
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    order: str = "dmy"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", in_order(self.columns))

    @property
    def shape(self) -> Shape:
        """How it says that the file lies there."""
        return Shape(self.encoding, self.separator, self.sheet)

    @property
    def is_whole(self) -> bool:
        """Whether it tells what every case needs: the year, or the day of registration."""
        return any(column.fact in NEEDED for column in self.columns)

    @property
    def text(self) -> str:
        """The mapping as a file (TOML); `read` gives an equal one if it is whole."""
        return toml.write(self)

    def fits(self, header: Iterable[str]) -> bool:
        """Whether a file has every column that is named here."""
        return {column.name for column in self.columns} <= set(header)

    @classmethod
    def read(cls, name: str, text: str) -> Mapping:
        """Read the text of a mapping file; RuleBroken says what is wrong with it."""
        return cls(name, **toml.read(name, text))

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """Read a mapping file; RuleBroken says what is wrong with it."""
        try:
            return cls(path.stem, **toml.read(path.name, read_bytes(path).decode("utf-8")))
        except UnicodeDecodeError as error:
            raise toml.is_none(path.name, error) from None

    @classmethod
    def named(cls, name: str) -> Mapping:
        """A mapping by the name of one that ships with the program, or by its path."""
        shipped = SHIPPED / f"{name}.toml"
        return cls.load(shipped if name in shipped_names() else Path(name))

    @classmethod
    def fitting(cls, sheet: Sheet) -> Mapping:
        """The one shipped mapping whose columns the file has."""
        found = [each for each in map(cls.named, shipped_names()) if each.fits(sheet.header(each.shape))]
        if not found:
            next(sheet.lines(), None)  # what is wrong with the file itself is said first
        if len(found) != 1:
            raise RuleBroken(_(
                "the columns of %(file)s do not tell which mapping to use: name it with --mapping (%(names)s)",
                file=sheet.name, names=", ".join(shipped_names()),
            ))
        return found[0]

    @classmethod
    def guess(cls, sheet: Sheet, *, register: str, source: str, shape: Shape = AS_IT_LIES) -> Mapping:
        """What header and values let one think; never raises. Columns that nobody understands are left out.

        It may be without what is needed (`is_whole`).
        """
        return cls("guess", register, source, guess.columns(sheet, shape), shape.encoding, shape.separator, shape.sheet)


def shipped_names() -> list[str]:
    """The mappings that ship with the program."""
    return sorted(each.stem for each in SHIPPED.glob("*.toml"))
