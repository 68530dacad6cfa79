"""Invented populations as indicators would count them, without a database."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import combinations, product

from babel import Locale

from shelter.calendar import Period
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.outgoing import Became
from shelter.codes.people import AgeBand
from shelter.codes.protocol import LimitEnd
from shelter.codes.referrals import ReferralState, UnmetNeed
from shelter.codes.services import ServiceType
from shelter.indicators import Figure

PERSON = ("sex", "age_band", "nationality", "exploitation", "country_of_exploitation")
FORMS = [("sexual",), ("labour",), ("sexual", "labour"), ("servitude",), ("unknown",), ()]
COUNTRIES = sorted(word for word in Locale.parse("es").territories if len(word) == 2 and word.isalpha())


def population(period: Period, seed: int = 7, **sizes: int) -> dict[str, Figure]:
    """Every indicator of the report: `registered=5000` people, and so on; those not named have nobody."""
    people = _People(period, seed)
    facts = {
        "cases.registered": ((*PERSON, "year"), people.person), "intake.admitted": (PERSON, people.person),
        "residence.present": (PERSON, people.person),
        "services.given": (("discipline", "service", *PERSON), people.service),
        "services.persons": (("discipline", "service", *PERSON), people.served),
        "transition.exits": (("reason", "destination"), people.exit), "followup.due": (("month",), people.contact),
        "route.due": (("limit",), people.limit),
        "referrals.received": (("answer",), people.call), "referrals.unmet": (("need",), people.need),
        "outgoing.sent": (("became",), people.sent),
    }
    found = {}
    for code, (names, made) in facts.items():
        size = sizes.get(code.partition(".")[2], 0)
        found[code] = _figure(code, names, [made() for _ in range(size)])
    found["followup.done"] = _kept(found["followup.due"], people.random)
    return found


class _People:
    def __init__(self, period: Period, seed: int) -> None:
        self.random = random.Random(seed)
        self.years = [str(year) for year in period.years]
        shuffled = self.random.sample(COUNTRIES, 90)
        self.of, self.to = [*shuffled[:44], "unknown"], [*shuffled[45:89], "unknown"]

    def pick(self, words, skew):
        """The first words much more often than the last."""
        at = 0
        while self.random.random() > skew and at < len(words) - 1:
            at += 1
        return (str(words[at]),)

    def person(self):
        return {
            "sex": self.pick(["female", "male", "unknown", "trans_woman"], 0.75),
            "age_band": (str(self.random.choice([*AgeBand, "unknown"])),), "nationality": self.pick(self.of, 0.12),
            "exploitation": self.random.choice(FORMS), "country_of_exploitation": self.pick(self.to, 0.12),
            "year": (self.random.choice(self.years),),
        }

    def service(self):
        (word,) = self.pick(list(ServiceType), 0.09)
        return {**self.person(), "discipline": (word.partition(".")[0],), "service": (word,)}

    def served(self):
        kinds = {self.pick(list(ServiceType), 0.09)[0] for _ in range(self.random.randint(1, 4))}
        disciplines = tuple({word.partition(".")[0] for word in kinds})
        return {**self.person(), "service": tuple(sorted(kinds)), "discipline": disciplines}

    def exit(self):
        return {"reason": self.pick(list(ExitReason), 0.35), "destination": self.pick(list(Destination), 0.35)}

    def limit(self):
        return {"limit": self.pick(list(LimitEnd), 0.35)}

    def call(self):
        return {"answer": self.pick(list(ReferralState), 0.35)}

    def need(self):
        return {"need": self.pick(list(UnmetNeed), 0.35)}

    def sent(self):
        return {"became": self.pick(list(Became), 0.35)}

    def contact(self):
        return {"month": (self.random.choice(["1", "3", "6", "12"]),)}


def _figure(code, names, people):
    tables = {name: Counter({"unknown": 0}) for name in names}
    tables |= {f"{one}×{two}": Counter() for one, two in combinations(names, 2)}
    for each in people:
        for name in tables:
            tables[name].update("×".join(words) for words in product(*(each[fact] for fact in name.split("×"))))
    known = {name: sum(each[name] != ("unknown",) for each in people) for name in names}
    breakdowns = {name: dict(table) for name, table in tables.items()}
    return Figure(code, code, "persons", len(people), len(people), None, breakdowns, known)


def _kept(due: Figure, chance: random.Random) -> Figure:
    months = {word: chance.randint(count // 2, count) for word, count in due.breakdowns["month"].items()}
    total = sum(months.values())
    return replace(due, code="followup.done", value=total, denominator=due.value, breakdowns={"month": months})
