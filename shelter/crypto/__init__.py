"""Keys and sealed bytes. Nothing here knows of tables, people or requests."""

from .keyring import BadKey as BadKey
from .keyring import KeyRing as KeyRing
from .sealing import Damaged as Damaged
from .sealing import open_bytes as open_bytes
from .sealing import pad as pad
from .sealing import seal_bytes as seal_bytes
from .sealing import unpad as unpad
