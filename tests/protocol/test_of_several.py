"""Several institutions may answer for a step: each is asked, and what one said yes to binds no other."""

from datetime import timedelta

from shelter.audit import operator, work
from shelter.calendar import today
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.partners import actions as partners
from shelter.partners import queries as partner_queries
from shelter.protocol import queries
from shelter.protocol.models import ProtocolVersion
from tests.protocol.test_validation import end, named


def test_of_several_that_answer_for_a_step_each_is_asked(publish, answered, programme, sign_in, writer, outside):
    version, three = publish(), [each for each in programme.institutions if each.kind == Kind.EQUALITY
                                 and not each.has_ended and each.valid_to is None]
    assert len(three) > 1
    with outside(), work("test.any", by=operator):
        step = queries.step(db.session.get_one(ProtocolVersion, version.id), "report-child")
        step.responsible, step.institution_id = Kind.EQUALITY, None

    def look():
        found = queries.book(version.id).by_key["report-child"]
        html = sign_in(writer).get(f"/protocolo/versiones/{version.id}").text
        line = next(each for each in html.split("<li") if "pasos/report-child" in each)
        return found, "Validado, aún no por todas" in line, ">Validado<" in line

    answered(version, three[0], "report-child")
    found, partly, wholly = look()
    assert found.silent == {each.id for each in three[1:]}
    assert (partly, wholly) == (True, False)
    assert found.binding(three[0].id).is_validated
    assert not found.binding(three[1].id).is_validated
    assert queries.responsible_for(found, "17", today(), partner_queries.directory()) is three[0]
    for each in three[1:]:
        answered(version, each, "report-child")
    found, partly, wholly = look()
    assert (found.silent, partly, wholly) == (frozenset(), False, True)
    with outside(), work("test.add", by=operator):
        new = partners.add_institution(name_es="AA Consejo", name_en="", kind=Kind.EQUALITY, province=None,
                                       valid_from=None, succeeds_id=None)
    found, partly, wholly = look()
    assert (found.silent, partly, wholly) == ({new.id}, True, False)
    assert queries.responsible_for(found, "17", today(), partner_queries.directory()) in three


def test_who_followed_the_institution_that_said_yes_is_bound_by_it(publish, answered, programme, outside):
    version, spavt, fiscalia = publish(), named(programme, "SPAVT"), named(programme, "Fiscalía")
    answered(version, spavt, "protective-measures")
    end(spavt, outside, valid_to=today() - timedelta(days=1), followed_by_id=fiscalia.id)
    found = queries.book(version.id).by_key["protective-measures"]
    assert (found.is_validated, found.silent) == (True, frozenset())
    assert found.binding(fiscalia.id).is_validated
