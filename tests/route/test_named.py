"""A step that names one institution of its kind: the route says that one, and what followed it, on the day it began."""

from datetime import timedelta

from shelter.audit import operator, work
from shelter.calendar import today
from shelter.codes.protocol import Start
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.partners import actions as partners
from shelter.partners import queries as directory
from shelter.protocol.rules import Standing, Step
from shelter.route.kept import Responsible


def test_the_one_that_is_named_is_responsible_not_the_first_of_its_kind_by_name(programme, outside):
    fiscalia, spavt = (next(each for each in programme.institutions if part in each.name["es"] and not each.has_ended)
                       for part in ("Fiscalía", "SPAVT"))
    anybody = Step(key="a", number="1.1", phase="p", name={"es": "Proteger"}, responsible=Kind.PROSECUTOR,
                   start=Start.ALERT, standing=Standing.TARGET)
    named = Step(key="b", number="1.2", phase="p", name={"es": "Proteger"}, responsible=Kind.PROSECUTOR,
                 start=Start.ALERT, standing=Standing.TARGET, institution_id=spavt.id)
    day = today()
    before = Responsible(directory.directory())
    assert [before.of(each, "17", day) for each in (anybody, named, anybody)] == [fiscalia.id, spavt.id, fiscalia.id]
    with outside(), work("test.end", by=operator):
        partners.end_institution(spavt, valid_to=day, followed_by_id=fiscalia.id)
    after = Responsible(directory.directory())
    assert [after.of(named, "17", each) for each in (day, day + timedelta(days=1))] == [spavt.id, fiscalia.id]
