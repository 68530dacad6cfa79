"""What the house does by itself, once an hour or once a night: rounds are declared where their data are."""

from .alone import is_somebody_working as is_somebody_working
from .alone import only_one as only_one
from .models import LastRound as LastRound
from .registry import ROUNDS as ROUNDS
from .registry import Round as Round
from .registry import every as every
from .registry import nightly as nightly
from .runner import run_due as run_due
from .runner import stand_by as stand_by
from .runner import work_until as work_until
