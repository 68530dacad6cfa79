"""Figures are declared by the features that own the data; reports and commands print them, neither knows the other."""

from .figures import Figure as Figure
from .figures import Period as Period
from .figures import Table as Table
from .registry import INDICATORS as INDICATORS
from .registry import Indicator as Indicator
from .registry import figures as figures
from .registry import indicator as indicator
from .registry import source as source
