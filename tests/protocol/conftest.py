"""Who writes, who publishes, and a draft as the program brings it."""

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.codes.protocol import ValidatedBy, VersionState
from shelter.protocol import actions, queries, rules, validating

SIGNED = {"officer": "Zoila Cando", "post": "Directora", "act": "Oficio 7", "way": ValidatedBy.LETTER}


@pytest.fixture
def writer(staff):
    return staff(Role.PROGRAMME_COORDINATOR, name="Inés")


@pytest.fixture
def second(staff):
    return staff(Role.SHELTER_COORDINATOR, name="Beatriz")


@pytest.fixture
def begin(writer, outside):
    """begin() -> a saved draft: of the version that holds, else the one that comes with the program."""
    def make():
        with outside(), work("test.begin", by=operator):
            return actions.begin(writer.id)
    return make


@pytest.fixture
def ready(begin, outside):
    """ready() -> a saved version that is with the institutions."""
    def make():
        version = begin()
        with outside(), work("test.ready", by=operator):
            actions.turn(version, VersionState.COMMENTS)
            actions.turn(version, VersionState.VALIDATION)
        return version
    return make


@pytest.fixture
def publish(ready, second, outside):
    """publish(starts_on) -> a saved version that is published."""
    def make(starts_on=None):
        version = ready()
        with outside(), work("test.publish", by=operator):
            actions.publish(version, second.id, starts_on=starts_on or rules.first_day(today(), queries.latest_start()))
        return version
    return make


@pytest.fixture
def answered(outside):
    """answered(version, institution, "key", agrees=…) -> what was recorded."""
    def record(version, institution, *keys, agrees=True, **more):
        with outside(), work("test.answer", by=operator):
            told = {**SIGNED, "answered_on": today(), "remark": "" if agrees else "Otro plazo", **more}
            return validating.record_answer(version, institution, None, keys=keys, agrees=agrees, **told)
    return record


@pytest.fixture
def office(programme):
    """office(Kind.HEALTH) -> the institution of that kind that stands today."""
    return lambda kind: next(each for each in programme.institutions if each.kind == kind and not each.has_ended)
