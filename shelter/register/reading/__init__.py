"""Reading a historic file: the sheet as it lies there, the mapping that explains it, the cases that it tells."""

from .mapping import Mapping as Mapping
from .rows import Reading as Reading
from .rows import Reject as Reject
from .rows import Row as Row
from .sheet import Sheet as Sheet
