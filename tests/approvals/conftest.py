"""A small house at work: two administrators, its coordinator, a lawyer with a password, and a case."""

from types import SimpleNamespace

import pytest

from shelter.access import Role
from tests.accounts.conftest import again, enter, person  # noqa: F401 (fixtures)


@pytest.fixture
def house(programme, person, sign_in, case):  # noqa: F811
    """The people by name, `at(name)` -> her client."""
    made = SimpleNamespace(
        admin=person(Role.ADMINISTRATOR, name="Marta Uno"), second=person(Role.ADMINISTRATOR, name="Nora Dos"),
        coordinator=person(Role.SHELTER_COORDINATOR, name="Elsa Coordina"), lawyer=person(Role.LAWYER, name="Ana Paz"),
        far=person(Role.SHELTER_COORDINATOR, house=programme.far_house, name="Otra Coordina"), case=case(),
    )
    clients = {}
    made.at = lambda name: clients.setdefault(name, sign_in(getattr(made, name)))
    return made
