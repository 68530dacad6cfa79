"""What keeps the programme's data safe: backups, their restoring and rehearsing, and checks that nothing is damaged."""

from .backup import Made as Made
from .backup import make as make
from .checking import Report as Report
from .checking import check as check
from .folders import keep_folder as keep_folder
from .opened import BadBackup as BadBackup
from .opened import Opened as Opened
