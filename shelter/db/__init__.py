"""The session, the base of every model, column types and sealed fields."""

from .base import Key as Key
from .base import Model as Model
from .base import Rows as Rows
from .base import Versioned as Versioned
from .base import db as db
from .base import rows_of as rows_of
from .base import value_of as value_of
from .columns import Answers as Answers
from .columns import Instant as Instant
from .columns import Words as Words
from .columns import word as word
from .days import later_day as later_day
from .sealed import Compartment as Compartment
from .sealed import DataKey as DataKey
from .sealed import Sealed as Sealed
from .sealed import SealedBytes as SealedBytes
from .sealed import unseal as unseal
from .sealed import vault as vault
from .together import Together as Together
