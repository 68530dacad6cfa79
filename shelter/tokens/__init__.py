"""Links and words that work once and not for long: one mechanism for whoever needs it."""

from .actions import find as find
from .actions import new as new
from .actions import revoke as revoke
from .actions import spend as spend
from .models import OneTimeToken as OneTimeToken
from .pace import check_pace as check_pace
from .pace import network as network
from .pace import note_wrong as note_wrong
