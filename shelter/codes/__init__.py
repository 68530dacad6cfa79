"""Controlled vocabularies: every word that the records may use, and nothing else."""

from .base import Code as Code
