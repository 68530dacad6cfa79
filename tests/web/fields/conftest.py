"""How a form reads what a browser sends."""

import pytest
from werkzeug.datastructures import MultiDict

from shelter.crypto import KeyRing
from shelter.house import create_app
from tests.web.fields.every_field import Everything


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """One application for all of them: fields ask no database."""
    folder = tmp_path_factory.mktemp("fields")
    KeyRing.create(folder / "senda.key")
    return create_app(instance=folder, database_url="")


@pytest.fixture
def sent(app):
    """sent(name=text, …) -> the form as it was read; each refusal must be one sentence of one line."""
    def read(form=Everything, **answers):
        names = {name.replace("__", "-"): value for name, value in answers.items()}
        with app.test_request_context(method="POST", data=MultiDict(names)):
            made = form()
            made.validate()
            for errors in made.errors.values():
                assert len(errors) == 1, errors
                assert "\n" not in str(errors[0])
                assert str(errors[0]).strip()
            return made

    return read


@pytest.fixture
def value(sent):
    """value("line", "…") -> what the field understood; it must have understood it."""
    def read(name, **answers):
        form = sent(**answers)
        assert name not in form.errors, form.errors
        return form[name].data

    return read


@pytest.fixture
def refusal(sent):
    """refusal("line", line="…") -> the one sentence beside that field, and beside no other."""
    def read(name, form=Everything, **answers):
        made = sent(form, **answers)
        assert list(made.errors) == [name], made.errors
        return str(made.errors[name][0])

    return read
