"""The audit trail's stored words, in words for people. Other features are known here by their stored words alone."""

from __future__ import annotations

from typing import Any

from shelter.access import Permission
from shelter.texts import later as _

ACTIONS: dict[str, Any] = {
    "session.start": _("Signed in"),
    "session.code": _("Gave the six-digit code"),
    "session.refuse": _("Could not sign in"),
    "session.passkey": _("Used a passkey"),
    "session.recovery": _("Used a recovery code"),
    "session.confirm": _("Confirmed with the password"),
    "session.end_one": _("Closed another session"),
    "session.end_all": _("Closed all sessions"),
    "session.lock": _("Locked the session"),
    "session.unlock": _("Unlocked the session"),
    "session.end": _("Signed out"),
    "session.end_others": _("Closed the other sessions"),
    "staff.invite": _("Invited somebody"),
    "staff.activate": _("Opened an account with its link"),
    "staff.link": _("Made a new activation link"),
    "staff.assign": _("Gave a role"),
    "staff.unassign": _("Ended a role"),
    "staff.disable": _("Closed an account"),
    "staff.password": _("Changed the password"),
    "staff.telephone": _("Set the codes on the telephone"),
    "staff.telephone_drop": _("Removed the codes on the telephone"),
    "passkey.add": _("Added a passkey"),
    "passkey.remove": _("Removed a passkey"),
    "codes.make": _("Made new recovery codes"),
    "seal.altered": _("Met a value that was altered"),
    "staff.prefer": _("Changed language or appearance"),
    "notice.read": _("Read a notice"),
    "answer.take": _("Answered by a slip"),
    "approval.ask": _("Asked for a second person"),
    "approval.decide": _("Decided as a second person"),
    "approval.do": _("Did what a second person approved"),
    "approval.withdraw": _("Took back a request"),
    "approval.expire": _("Closed requests that nobody decided in time"),
    "staff.recover": _("Made a new link for an account in use"),
    "foundation.add": _("Added a foundation"),
    "house.add": _("Added a house"),
    "bed.add": _("Added beds"),
    "foundation.agree": _("Wrote down an agreement"),
    "foundation.end": _("Wrote down the end of a foundation"),
    "house.change": _("Changed a house"),
    "house.end": _("Wrote down the end of a house"),
    "bed.use": _("Put a bed back into use"),
    "bed.take_out": _("Took a bed out of use"),
    "institution.add": _("Added an institution"),
    "institution.change": _("Changed an institution"),
    "post.add": _("Added a post at an institution"),
    "focal_point.name": _("Wrote down who holds a post"),
    "focal_point.verify": _("Verified a focal point"),
    "focal_point.end": _("Wrote down that somebody left a post"),
    "list.add": _("Added a word to a list"),
    "list.retire": _("Retired a word of a list, or brought it back"),
    "calendar.mark": _("Wrote down a free or worked day"),
    "calendar.unmark": _("Took back a free or worked day"),
    "institution.end": _("Wrote down the end of an institution"),
    "referral.receive": _("Recorded a referral"),
    "referral.answer": _("Answered a referral"),
    "outgoing.prepare": _("Prepared an outgoing referral"),
    "outgoing.send": _("Sent an outgoing referral"),
    "outgoing.print": _("Printed the letter of a referral"),
    "outgoing.reply": _("Recorded the answer to a referral"),
    "outgoing.withdraw": _("Withdrew an outgoing referral"),
    "outgoing.slip": _("Made a new slip for an answer"),
    "outgoing.tell": _("Recorded that she was told of what left without consent"),
    "outgoing.screen": _("Recorded a screening before a return"),
    "outgoing.remind": _("Reminded of referrals that nobody answers"),
    "intake.arrive": _("Recorded an arrival"),
    "intake.safety": _("Recorded immediate safety"),
    "intake.person": _("Recorded basic information"),
    "intake.situation": _("Recorded what happened"),
    "intake.consent": _("Recorded a consent at arrival"),
    "intake.finish": _("Finished an intake"),
    "consent.ask": _("Recorded a consent"),
    "consent.withdraw": _("Recorded that a consent was withdrawn"),
    "person.search_often": _("Searched more than thirty times in an hour"),
    "team.join": _("Put somebody on a team"),
    "stay.bed": _("Gave or changed a bed"),
    "instruction.leave": _("Left an instruction for the night"),
    "instruction.end": _("Ended an instruction for the night"),
    "service.log": _("Logged a service"),
    "service.correct": _("Corrected a service"),
    "document.attach": _("Attached a document"),
    "document.replace": _("Replaced a document"),
    "document.withdraw": _("Withdrew a document"),
    "document.download": _("Downloaded a document"),
    "exit.record": _("Recorded an exit"),
    "followup.record": _("Recorded a follow-up contact"),
    "figures.cases": _("Looked at the cases behind a figure"),
    "report.make": _("Prepared a report"),
    "report.download": _("Downloaded a report"),
    "release.download": _("Downloaded a published report"),
    "report.ask": _("Asked for a report"),
    "job.done": _("Had something long done"),
    "job.failed": _("Something long could not be done"),
    "job.cancel": _("Cancelled something long"),
    "job.cancelled": _("Something long was broken off"),
    "job.again": _("Had something long tried again"),
    "job.forget": _("Forgot what long work had found"),
    "register.upload": _("Sent a file of historic cases"),
    "register.match": _("Said what the columns of a file mean"),
    "register.ask": _("Asked to import a file"),
    "register.take_away": _("Took away an import that was broken off"),
    "register.forget": _("Forgot a file that was sent"),
    "register.begin": _("Began to fill the historic register"),
    "register.fill": _("Filled the historic register"),
    "register.finish": _("Finished filling the historic register"),
    "draft.keep": _("Kept a draft"),
    "draft.discard": _("Threw a draft away"),
    "day.read": _("Opened my day"),
    "page.open": _("Opened a page"),
    "figures.read": _("Read internal figures"),
    "figures.rebuild": _("Counted the kept figures anew"),
    "demo.load": _("Loaded the demonstration"),
    "demo.password": _("Set the demonstration's password"),
    "audit.verify": _("Checked the audit trail"),
    "backup.make": _("Made a backup"),
    "backup.restore": _("Restored a backup"),
    "drill.run": _("Rehearsed restoring a backup"),
    "verify.run": _("Opened and checked everything"),
    "keys.rotate": _("Put a new key around everything"),
    "clock.corrected": _("Went on after the clock was corrected"),
    "audit.print": _("Printed the audit trail"),
    "audit.export": _("Downloaded the audit trail"),
}
"""What can be done. Reads and refusals carry a permission's word and are said by its label."""

ACTORS: dict[str, Any] = {
    "staff": _("Staff"),
    "operator": _("Operator of the machine"),
    "machine": _("The machine by itself"),
    "nobody": _("Nobody signed in"),
}

DECISIONS: dict[str, Any] = {"allowed": _("allowed"), "refused": _("refused")}

OBJECTS: dict[str, Any] = {
    "staff": _("Account"),
    "foundation": _("Foundation"),
    "house": _("House"),
    "bed": _("Bed"),
    "institution": _("Institution"),
    "person": _("Person"),
    "case": _("Case"),
    "referral": _("Referral"),
    "consent": _("Consent"),
    "intake": _("Arrival"),
    "service": _("Service"),
    "exit": _("Exit"),
    "follow_up": _("Follow-up contact"),
    "focal_point": _("Focal point"),
    "post": _("Post at an institution"),
    "calendar_day": _("Day of the calendar"),
    "imported_file": _("Imported file"),
    "stay": _("Stay"),
    "safe_contact": _("Safe contact"),
    "instruction": _("Instruction for the night"),
    "release": _("Published report"),
    "register": _("Historic register"),
    "document": _("Document"),
    "approval": _("Request for a second person"),
    "job": _("Long work"),
    "upload": _("File that was sent"),
    "outgoing": _("Outgoing referral"),
    "slip": _("Slip for an answer"),
}


WATCHED: dict[str, Any] = {
    "searches": _("Searches by name in an hour"),
    "refusals": _("Refusals in an hour"),
    "night": _("Cases of others opened in a night"),
}
"""What is worth a look, by its kind."""


def said(form: Any) -> list[tuple[Any, Any]]:
    """What a trail is narrowed to, in words: label and value of each answer that was given."""
    given = (form[name] for name in ("desde", "hasta", "accion", "decision", "quien", "persona", "objeto", "fundacion"))
    return [(field.label.text, field.shown(field.data)) for field in given if field.data and not field.errors]


def say_action(word: str) -> Any:
    """An action in words; the stored word itself when it is of an earlier time."""
    return ACTIONS.get(word) or next((each.label for each in Permission if each.value == word), word)


def say_object(word: str | None) -> Any:
    """A kind of record in words."""
    return OBJECTS.get(word or "", word or "")


def action_choices() -> list[tuple[str, Any]]:
    """Every action and every permission, in the order of the reader's alphabet."""
    found = {**{str(each.value): each.label for each in Permission}, **ACTIONS}
    return sorted(found.items(), key=lambda pair: str(pair[1]).casefold())
