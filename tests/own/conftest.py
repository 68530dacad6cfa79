"""Her own account: people with passwords, telephones and, here, devices that hold passkeys."""

import pytest

from tests.accounts.conftest import again, code, enter, person  # noqa: F401 (fixtures)
from tests.factors.authenticator import Authenticator


@pytest.fixture
def device():
    """device() -> something that keeps passkeys, as a telephone does."""
    return Authenticator
