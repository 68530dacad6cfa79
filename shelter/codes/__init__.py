"""Controlled vocabularies: every word that the records may use, and nothing else."""

from .base import Code as Code
from .base import Entry as Entry
from .base import Extensible as Extensible
from .base import book as book
