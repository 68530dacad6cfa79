"""The same people as in the tests of accounts."""

from tests.accounts.conftest import again, enter, person  # noqa: F401 (fixtures)
