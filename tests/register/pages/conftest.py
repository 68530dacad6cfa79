"""The application in Spanish, as its users see it, and a coordinator of the programme in her browser."""

import pytest

from shelter.access import Role
from shelter.db import db
from tests.accounts.conftest import person  # noqa: F401 (a fixture)


@pytest.fixture
def app(make_app):
    """In Spanish, as its users see it."""
    app = make_app()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def coordinator(staff):
    return staff(Role.PROGRAMME_COORDINATOR)


@pytest.fixture
def client(coordinator, sign_in):
    return sign_in(coordinator)
