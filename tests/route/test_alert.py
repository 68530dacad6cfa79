"""The alert: asked of whoever refers her, told or corrected on the route; every clock of the route starts from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import UTC, local, now
from shelter.cases import actions as cases
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import Milestone
from shelter.codes.protocol import DelayCause
from shelter.codes.route import Word
from shelter.db import db
from shelter.referrals.models import Referral
from shelter.referrals.rules import when_alerted
from shelter.route import queries, rules
from shelter.route.actions import explain
from shelter.route.models import RouteLap, StepWord
from shelter.rules import RuleBroken
from tests.client import Page
from tests.referrals.test_referrals import answers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def member(staff):
    return staff(Role.CASEWORKER)


@pytest.fixture
def worker(member, sign_in):
    return sign_in(member)


@pytest.fixture
def her(book, case, member):
    """A case that was opened three days ago."""
    return case(team=[member])


def typed(name, moment):
    at = local(moment)
    return {f"{name}-date": at.date().isoformat(), f"{name}-time": f"{at:%H:%M}"}


def told():
    """The alerts on the timeline, as they were entered: (moment, precision, corrected)."""
    db.session.rollback()
    entry, later = TimelineEntry, sa.orm.aliased(TimelineEntry)
    is_corrected = sa.exists().where(later.corrects_id == entry.id)
    rows = db.session.execute(
        sa.select(entry.occurred_at, entry.precision, is_corrected).where(entry.milestone == Milestone.ALERTED)
        .order_by(entry.entered_at))
    return [(row[0].replace(second=0, microsecond=0), row[1], row[2]) for row in rows]


def minute(moment):
    return moment.replace(second=0, microsecond=0)


def alert_of(case):
    return queries.route_of(case).facts.alert_at


def wrong(answer):
    return {attrs.get("href", "")[1:] for attrs in Page(answer.text).all("a")} & {"at", "alerted_at", "received_at"}


@pytest.mark.parametrize("form", ["alerta", "report/cumplido"])
def test_the_hour_by_which_a_limit_is_kept_is_not_guessed(book, case, staff, sign_in, form):
    member = staff(Role.CASEWORKER)
    found = case(team=[member])
    answer = sign_in(member).fill(f"/casos/{found.id}/ruta/{form}", note="Se denunció.",
                                  **{"at-date": f"{local(now()):%Y-%m-%d}", "at-time": ""})
    assert answer.status_code == 422
    assert wrong(answer) == {"at"}
    assert "Escriba también la hora" in answer.text


# --- asked of whoever refers her --------------------------------------------------------------------------------------

def accepted(programme, worker, ago=2 * HOUR, **more):
    made = worker.fill("/derivaciones/nueva", **answers(programme, ago=ago, **more))
    assert made.status_code == 303, Page(made.text).text
    assert worker.fill(made.location, state="accepted").status_code == 303
    return db.session.scalars(sa.select(Case)).one()


def test_the_clocks_of_one_who_was_referred_start_when_the_institution_knew(book, programme, worker):
    knew = now() - 30 * HOUR
    case = accepted(programme, worker, **typed("alerted_at", knew))
    assert told() == [(minute(knew), "moment", False)]
    assert alert_of(case) == minute(knew)
    report = db.session.scalars(sa.select(RouteLap).where(RouteLap.step == "report")).one()
    assert report.due_at == minute(knew) + 24 * HOUR, "what is kept follows too: it is over since six hours ago"


def test_what_the_caller_did_not_say_counts_from_the_call(book, programme, worker):
    case = accepted(programme, worker)
    assert told() == []
    assert alert_of(case) == db.session.scalar(sa.select(Referral.received_at))


def test_an_hour_that_is_known_roughly_is_not_after_the_call_and_only_its_day_is_shown(book, programme, worker):
    received = now() - 2 * HOUR
    if local(received + HOUR).date() != local(received).date():
        received -= 2 * HOUR
    more = {**typed("received_at", received), **typed("alerted_at", received + HOUR)}
    refused = worker.fill("/derivaciones/nueva", **answers(programme, **more))
    assert refused.status_code == 422
    assert wrong(refused) == {"alerted_at"}
    case = accepted(programme, worker, **more, is_alert_about="y")
    assert told() == [(minute(received), "day", False)]
    page = Page(worker.get(f"/casos/{case.id}/ruta").text).text
    assert f"{local(received):%H:%M}" not in page.split("Alerta:")[1].split("Corregirla")[0]


@pytest.mark.parametrize("knew", [timedelta(hours=1), -timedelta(minutes=30), -740 * DAY],
                         ids=["in the future", "after the call", "two years and more before the call"])
def test_an_alert_that_cannot_be_is_refused_at_its_field(programme, worker, knew):
    refused = worker.fill("/derivaciones/nueva", **answers(programme, **typed("alerted_at", now() + knew)))
    assert refused.status_code == 422
    assert wrong(refused) == {"alerted_at"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Referral)) == 0


def test_the_day_before_the_call_at_another_hour_is_before_the_call(programme):
    call = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)  # 23:00 of 2 March in Ecuador
    same_day = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
    assert rules_of_referrals(same_day, call) == call
    with pytest.raises(RuleBroken) as broken:
        rules_of_referrals(datetime(2026, 3, 3, 5, 0, tzinfo=UTC), call)  # 3 March begins there
    assert broken.value.field == "alerted_at"


def rules_of_referrals(alerted_at, call):
    return when_alerted(alerted_at, call, now(), is_about=True)


# --- told or corrected on the route -----------------------------------------------------------------------------------

def test_one_who_came_by_another_door_has_her_alert_told_on_her_route(her, worker):
    page = Page(worker.get(f"/casos/{her.id}/ruta").text)
    assert "(caso abierto)" in page.text
    knew = minute(her.opened_at) - 5 * HOUR
    assert worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", knew)).status_code == 303
    assert told() == [(knew, "moment", False)]
    assert alert_of(her) == knew


def test_a_correction_moves_the_clocks_and_what_was_told_before_stays_written(her, worker):
    first, second = minute(her.opened_at) - 5 * HOUR, minute(her.opened_at) - HOUR
    for at in (first, second):
        assert worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", at)).status_code == 303
    assert told() == [(first, "moment", True), (second, "moment", False)]
    assert alert_of(her) == second
    due = db.session.scalar(sa.select(RouteLap.due_at).where(RouteLap.case_id == her.id, RouteLap.step == "report"))
    assert due == second + 24 * HOUR
    assert f"{local(second):%H:%M}" in worker.get(f"/casos/{her.id}/ruta/alerta").text, "it opens with what is told"


def test_the_alert_is_not_in_the_future_and_not_after_anything_else_in_the_case(her, worker):
    for at in (now() + HOUR, her.opened_at + 2 * HOUR):
        refused = worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", at))
        assert refused.status_code == 422
        assert wrong(refused) == {"at"}
    assert told() == []


def test_the_alert_lies_within_two_years_before_the_case(her, worker):
    refused = worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", datetime(1990, 1, 1, 12, tzinfo=UTC)))
    assert refused.status_code == 422
    assert wrong(refused) == {"at"}
    assert "mire otra vez el año" in refused.text
    assert told() == []
    known = minute(her.opened_at) - 700 * DAY
    assert worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", known)).status_code == 303


def test_the_alert_is_not_corrected_to_after_a_step_that_somebody_said_is_done(her, worker):
    knew, done = minute(her.opened_at) - 9 * HOUR, minute(her.opened_at) - 4 * HOUR
    assert worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", knew)).status_code == 303
    said = worker.fill(f"/casos/{her.id}/ruta/report/cumplido", note="Con oficio", **typed("at", done))
    assert said.status_code == 303
    refused = worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", done + HOUR))
    assert refused.status_code == 422
    assert wrong(refused) == {"at"}
    assert worker.fill(f"/casos/{her.id}/ruta/alerta", **typed("at", done - HOUR)).status_code == 303


def test_the_first_word_on_the_alert_is_the_first_of_what_is_known(her):
    with work("test.alert", by=operator):
        cases.alerted(her, at=her.opened_at - DAY, by=her.card.lead_id)
    assert queries.alert(her).milestone is Milestone.ALERTED
    assert rules.ALERTS[0] is Milestone.ALERTED
    assert queries.first_known(her) == her.opened_at


@pytest.mark.parametrize("days", [9, 7])
def test_why_a_limit_was_over_stays_with_it_when_the_alert_is_corrected(book, case, staff, days):
    """Asked once, told once: neither is forgotten because a clock started earlier or later than was thought."""
    member = staff(Role.CASEWORKER)
    found = case(team=[member], opened=10)
    with work("test.alert", by=operator):
        cases.alerted(found, at=now() - timedelta(days=8), by=member.id)
    step = book.by_key["report"]
    with work("test.why", by=operator):
        explain(found, step, by=member.id, cause=DelayCause.NO_ANSWER, note=None)
        told = StepWord(foundation_id=found.foundation_id, case_id=found.id, step="report", word=Word.TOLD_TEAM,
                        at=queries.route_of(found).laps["report"][-1].started_at)
        db.session.add(told)
    with work("test.alert", by=operator):
        cases.alerted(found, at=now() - timedelta(days=days), by=member.id)
    route = queries.route_of(found)
    start = route.laps["report"][-1].started_at
    assert (now() - start).days == days
    assert "report" not in queries.unexplained(route, queries.causes_of(found))
    assert db.session.scalars(sa.select(StepWord.at).where(StepWord.step == "report")).all() == [start, start]
