"""The field of countries: what it offers, what it shows as chosen, what it takes."""

import pytest

from shelter.web import CountryField, Form


class Origin(Form):
    """One country."""

    country = CountryField("País", required=False)


def chosen(markup):
    return [line for line in str(markup).splitlines() if " selected" in line]


@pytest.mark.parametrize(("value", "line"), [
    ("CO", '<option value="CO" selected>Colombia</option>'), (None, '<option value="" selected>Elija…</option>'),
])
def test_the_chosen_one_is_marked_and_no_other(app, value, line):
    with app.test_request_context():
        assert chosen(Origin(country=value).country.written) == [line]


def test_those_from_which_most_people_come_stand_first(app):
    with app.test_request_context():
        lines = str(Origin().country.written).splitlines()
        assert [line[15:17] for line in lines[1:5]] == ["EC", "CO", "VE", "PE"]
        names = [line.split(">")[1].split("<")[0] for line in lines[5:]]
        assert len(names) > 230
        assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(("sent", "data", "errors"), [("EC", "EC", 0), ("", None, 0), ("XX", None, 1), ('"', None, 1)])
def test_only_a_country_is_taken(app, sent, data, errors):
    with app.test_request_context(method="POST", data={"country": sent, "submit_key": "x"}):
        form = Origin()
        form.validate()
        assert (form.country.data, len(form.country.errors)) == (data, errors)
