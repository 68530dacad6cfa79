"""Where what the team is asked to read can be read: each feature says it here, once."""

from __future__ import annotations

from dataclasses import dataclass

from shelter.codes.protocol import ReadingKind


@dataclass(frozen=True)
class Place:
    """An address, and the name by which it takes the id of the record."""

    endpoint: str
    argument: str


PLACES: dict[ReadingKind, Place] = {}


def reading_kind(kind: ReadingKind, endpoint: str, argument: str) -> None:
    """Say where a kind is read."""
    PLACES[kind] = Place(endpoint, argument)
