"""A house with something in it, whose settings the commands find; and what a backup of it looks like from outside."""

import pytest

from shelter.cli import main  # noqa: F401 (the commands)
from tests.cli.conftest import instance, running, shelter  # noqa: F401 (fixtures)
from tests.cli.conftest import refuses as refuses_in_one_line  # noqa: F401


@pytest.fixture
def house(running, case, tmp_path):  # noqa: F811
    """This test's application with two cases in it, where the command finds it."""
    case(name="Rosa Canario")
    case(name="Luz Canario")
    return running


@pytest.fixture
def backup(house, shelter, tmp_path):  # noqa: F811
    """A backup of it: the data's path."""
    out = tmp_path / "medium" / "b.age"
    out.parent.mkdir(exist_ok=True)
    done = shelter("backup", str(out))
    assert done.status == 0, done.err
    return out
