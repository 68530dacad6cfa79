"""Canaries typed at the door."""

from datetime import timedelta

from shelter.calendar import local, now


def when(name, ago=timedelta(0)):
    """A moment as a form sends it."""
    at = local(now() - ago)
    return {f"{name}-date": at.date().isoformat(), f"{name}-time": f"{at:%H:%M}"}


def at_the_door(say, programme, client, send):
    """Somebody asks with an order of a judge; what is answered; and the card."""
    house = str(programme.house.id)
    asked = send(client, "/puerta/nueva", house_id=house, asker="police", approach="in_person", paper="court_order",
                 who=say("door_request.who"), scope="x", at_once=say("door_request.at_once"), **when("came_at"))
    send(client, asked, given="ordered", number=say("door_request.number"), scope=say("door_request.scope"),
         answer=say("door_request.answer"), told="later", why_not_told=say("door_request.why_not_told"))
    send(client, f"/puerta/tarjeta/{house}/cambiar", calls=say("night_card.calls") + " · 099 000 1122")
    assert say.typed["night_card.calls"] in client.get(f"/puerta/tarjeta/{house}").text
    assert client.get(f"/puerta/tarjeta/{house}.pdf").data.startswith(b"%PDF-")
