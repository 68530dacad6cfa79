"""Reading a historic file: the sheet as it lies there, the mapping that explains it, the cases that it tells."""

from .cells import Shape as Shape
from .columns import Column as Column
from .mapping import Mapping as Mapping
from .rows import Reading as Reading
from .rows import Reject as Reject
from .rows import Row as Row
from .sheet import Sheet as Sheet
from .sheet import values_of as values_of
