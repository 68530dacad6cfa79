"""The book of rounds: what is done, how often; each feature writes its own into it when it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shelter.calendar import local, moment_of

Do = Callable[[], object]


@dataclass(frozen=True)
class Round:
    """Something to be done every so often, or once a day at a time on the wall clock of the house."""

    name: str
    do: Do
    period: timedelta
    at: time | None = None

    def after(self, moment: datetime) -> datetime:
        """When it is due again, done at that moment."""
        if self.at is None:
            return moment + self.period
        day = local(moment).date()
        today = moment_of(day, self.at)
        return today if today > moment else moment_of(day + timedelta(days=1), self.at)


ROUNDS: dict[str, Round] = {}
"""Every round by its name, `feature.function`: the name under which its last run is kept."""


def every(*, minutes: int = 0, hours: int = 0) -> Callable[[Do], Do]:
    """Have a function called every so often: `@every(hours=1)`.

    It is called without arguments, as in a command: inside the application, in the programme's language, nobody signed
    in. It commits by `audit.work(…, by=audit.machine)` or, where no trace is due, by `audit.work.quietly`; whatever it
    raises is logged by its kind alone and it is tried again. It is never called twice at once.
    """
    return _writer(timedelta(minutes=minutes, hours=hours))


def nightly(at: time) -> Callable[[Do], Do]:
    """Have a function called once a day at that time in the house; later when nothing was running then."""
    return _writer(timedelta(days=1), at)


def _writer(period: timedelta, at: time | None = None) -> Callable[[Do], Do]:
    if period < timedelta(minutes=1):
        raise ValueError("a round is made once a minute at most")

    def write(do: Do) -> Do:
        name = f"{do.__module__.split('.')[1]}.{do.__name__}"
        if name in ROUNDS and ROUNDS[name].do.__module__ != do.__module__:
            raise ValueError(f"there are two rounds {name}")
        ROUNDS[name] = Round(name, do, period, at)
        return do

    return write
