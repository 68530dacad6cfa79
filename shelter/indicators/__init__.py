"""Figures are declared by the features that own the data; reports and commands print them, neither knows the other."""

from .clauses import PROGRAMME as PROGRAMME
from .clauses import Scope as Scope
from .clauses import during as during
from .clauses import year_of as year_of
from .figures import UNKNOWN as UNKNOWN
from .figures import Figure as Figure
from .figures import Period as Period
from .figures import Table as Table
from .registry import INDICATORS as INDICATORS
from .registry import Definition as Definition
from .registry import Indicator as Indicator
from .registry import Rows as Rows
from .registry import figures as figures
from .registry import indicator as indicator
from .registry import source as source
from .settling import alone as alone
from .settling import only as only
from .spreads import Measure as Measure
from .spreads import Spread as Spread
from .tallies import Step as Step
from .tallies import keep as keep
from .tallies import spine as spine
