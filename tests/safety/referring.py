"""A referral to an institution as it is typed through the real pages, a canary in every field that takes words."""

import uuid
from contextlib import contextmanager

import sqlalchemy as sa

from shelter.answers.models import Slip
from shelter.audit import operator, work
from shelter.cases.models import Case
from shelter.db import db
from tests.client import Page


def refer_out(say, client, officer, send, case, institution):
    """Prepared, agreed to, sent, answered by slip and by telephone; and the screening before a return."""
    send(client, f"/casos/{case}/derivaciones/retorno", kind="refuge", answer="no", note=say("return_screening.note"))
    url = send(
        client, f"/casos/{case}/derivaciones/nueva", to=str(institution.id), service="legal.rights", urgency="72h",
        basis="consent", fields=["full_name", "document"], needs=say("outgoing.needs"), note=say("outgoing.note"),
        grounds=say("outgoing.grounds"), reply_to=say("outgoing.reply_to", "Zq{}xkanario@example.org"),
    )
    say.typed["outgoing.sent"] = say.typed["outgoing.needs"]
    with _of_unknown_age(case):
        _answer(client, url, "consentimiento", answer="given", given_by="guardian", heard="agrees",
                representative=say("consent.representative"))
    for where, answers in (("consentimiento", {"answer": "given"}), ("enviar", {})):
        _answer(client, url, where, **answers)
    assert client.get(f"{url}/carta.pdf").status_code == 200
    code = code_of_the_slip()
    answer = {"code": code, "answered": "y", "state": "received", "note": say("outgoing_reply.note slip")}
    assert officer.post("/respuesta", data=answer).status_code == 200
    send(client, f"{url}/respuesta", state="not_attended", reason="other", through="call",
         who=say("outgoing_reply.who"), note=say("outgoing_reply.note"))
    assert say.typed["outgoing_reply.note"] in Page(client.get(url).text).text
    return code


def _answer(client, url, where, **answers):
    page = Page(client.get(url).text)
    kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "seen")}
    assert client.post(f"{url}/{where}", data={**kept, **answers}).status_code == 303


@contextmanager
def _of_unknown_age(case_id):
    """While nobody knows how old she is, somebody else may answer for her."""
    person = db.session.get_one(Case, uuid.UUID(case_id)).person
    birth = person.birth
    for each in (None, birth):
        with work("test.birth", by=operator):
            person.birth = each
        if each is None:
            yield


def code_of_the_slip():
    """The code of the only slip."""
    return db.session.scalar(sa.select(Slip)).code
