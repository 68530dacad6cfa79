"""What every role may do at every door, written by hand and not derived from the matrix.

A row is read so: for each role, one letter for each kind of case, in this order —
  T a present case of the own house on whose team the reader is · H a present case of the own house, not on the team
  A a case of the own house that left, not on the team · O a case of another house of the same foundation
  F a case of another foundation
  o open · f refused within reach (403) · n as if it did not exist (404).
Doors without a case have one letter. A door that stands nowhere here fails the test.
"""

KINDS = "THAOF"
ROLES = (
    "house_staff",
    "caseworker",
    "psychologist",
    "lawyer",
    "medical",
    "shelter_coordinator",
    "programme_coordinator",
    "administrator",
    "observer",
    "auditor",
)


def row(*letters: str) -> dict[str, str]:
    assert len(letters) == len(ROLES), letters
    return dict(zip(ROLES, letters, strict=True))


#                   shift    casew.   psych.   lawyer   medical  coord.   program. admin    observer auditor
READ_CASE = row("nnnnn", "oonnn", "onnnn", "onnnn", "onnnn", "ooonn", "ooooo", "nnnnn", "nnnnn", "nnnnn")
CONSENT = row("nnnnn", "oonnn", "onnnn", "onnnn", "onnnn", "ooonn", "fffff", "nnnnn", "nnnnn", "nnnnn")
CARRY_CASE = row("nnnnn", "oonnn", "fnnnn", "fnnnn", "fnnnn", "ooonn", "fffff", "nnnnn", "nnnnn", "nnnnn")
INSTRUCT = row("nnnnn", "oonnn", "fnnnn", "fnnnn", "onnnn", "ooonn", "fffff", "nnnnn", "nnnnn", "nnnnn")
LOG_SERVICE = row("nnnnn", "oonnn", "onnnn", "onnnn", "onnnn", "fffnn", "fffff", "nnnnn", "nnnnn", "nnnnn")
CORRECT = row("nnnnn", "oonnn", "fnnnn", "fnnnn", "fnnnn", "fffnn", "fffff", "nnnnn", "nnnnn", "nnnnn")  # social
ASKED_AT_DOOR = row("nnnnn", "ooonn", "nnnnn", "nnnnn", "nnnnn", "ooonn", "nnnnn", "nnnnn", "nnnnn", "nnnnn")
DECIDE_AT_DOOR = row("nnnnn", "fffnn", "nnnnn", "nnnnn", "nnnnn", "ooonn", "nnnnn", "nnnnn", "nnnnn", "nnnnn")
REVIEW = row("nnnnn", "ffnnn", "fnnnn", "fnnnn", "fnnnn", "ooonn", "ooooo", "nnnnn", "nnnnn", "nnnnn")
REFERRAL = row("nnnnn", "ooonn", "nnnnn", "nnnnn", "nnnnn", "ooonn", "nnnnn", "nnnnn", "nnnnn", "nnnnn")
#                  s    c    p    l    m    C    P    a    o    u
ANYBODY = row("o", "o", "o", "o", "o", "o", "o", "o", "o", "o")
NOT_HERS = row("n", "n", "n", "n", "n", "n", "n", "n", "n", "n")
NOBODYS = row("n", "n", "n", "n", "n", "n", "n", "n", "n", "n")  # a passkey or a session of another person
LIST_CASES = row("f", "o", "o", "o", "o", "o", "o", "f", "f", "f")
SEARCH = row("f", "o", "o", "o", "o", "o", "f", "f", "f", "f")
RUN_HOUSE = row("f", "o", "f", "f", "f", "o", "f", "f", "f", "f")
AT_DOOR = row("o", "o", "o", "o", "o", "o", "f", "f", "f", "f")
DOOR_CARD = row("f", "f", "f", "f", "f", "o", "f", "f", "f", "f")
TONIGHT = row("o", "o", "f", "f", "f", "o", "f", "f", "f", "f")
LOG = row("f", "o", "o", "o", "o", "f", "f", "f", "f", "f")
QUEUE = row("f", "o", "o", "o", "o", "o", "o", "f", "f", "f")
REPORTS = row("f", "f", "f", "f", "f", "o", "o", "f", "f", "f")
FIGURES = row("f", "f", "f", "f", "f", "o", "o", "o", "f", "f")
EXACT = row("f", "f", "f", "f", "f", "o", "o", "f", "f", "f")
BEHIND = row("f", "f", "f", "f", "f", "n", "o", "f", "f", "f")  # her foundation has a house whose cases she cannot list
RELEASES = row("f", "f", "f", "f", "f", "o", "o", "f", "o", "f")
PARTNERS = row("f", "o", "o", "o", "o", "o", "o", "o", "f", "f")
ADMIN = row("f", "f", "f", "f", "f", "f", "f", "o", "f", "f")
SECOND = row("f", "f", "f", "f", "f", "o", "f", "o", "f", "f")
ASKED = row("f", "f", "f", "f", "f", "o", "o", "o", "f", "f")
REQUEST = row("n", "n", "n", "n", "n", "o", "n", "o", "n", "n")  # about somebody of the own house
RELEASE = row("n", "n", "n", "n", "n", "o", "o", "n", "n", "n")
PUBLISH = row("n", "n", "n", "n", "n", "f", "o", "n", "n", "n")
PUBLICATION = row("n", "n", "n", "n", "n", "o", "o", "n", "o", "n")
NOT_HERS_TO_BRING = row("f", "f", "f", "f", "f", "n", "n", "f", "f", "f")  # an upload of another person
OF_PROGRAMME = row("n", "n", "n", "n", "n", "n", "o", "n", "n", "n")  # a file of the programme's register
FOCAL = row("f", "f", "f", "f", "f", "o", "o", "o", "f", "f")
PROTOCOL_DRAFT = row("n", "o", "o", "o", "o", "o", "o", "n", "n", "n")  # what is not published is for the teams
COMMENT = row("f", "o", "o", "o", "o", "o", "o", "f", "f", "f")
WRITE_PROTOCOL = row("f", "f", "f", "f", "f", "f", "o", "f", "f", "f")
NOT_ASKED_YET = row("f", "f", "f", "f", "f", "f", "n", "f", "f", "f")  # no slip was made
COORDINATE = row("f", "f", "f", "f", "f", "o", "o", "f", "f", "f")
TEAM = row("o", "o", "o", "o", "o", "o", "o", "o", "f", "f")
AUDIT = row("f", "f", "f", "f", "f", "f", "f", "f", "f", "o")


def both(*endpoints: str, row: dict[str, str]) -> dict[tuple[str, str], dict[str, str]]:
    return {(endpoint, method): row for endpoint in endpoints for method in ("GET", "POST")}


def get(*endpoints: str, row: dict[str, str]) -> dict[tuple[str, str], dict[str, str]]:
    return {(endpoint, "GET"): row for endpoint in endpoints}


def post(*endpoints: str, row: dict[str, str]) -> dict[tuple[str, str], dict[str, str]]:
    return {(endpoint, "POST"): row for endpoint in endpoints}


DOORS: dict[tuple[str, str], dict[str, str]] = {
    **both("accounts.code", "accounts.confirm", row=ANYBODY),
    **post("accounts.challenge", row=ANYBODY),
    **both("own.account", "own.password", "own.telephone", "own.add_passkey", "own.codes", row=ANYBODY),
    **get("jobs.index", row=ANYBODY),
    **get("jobs.show", row=NOBODYS),
    **post("jobs.cancel", "jobs.again", row=NOBODYS),
    **both("own.remove_passkey", row=NOBODYS),
    **post("own.end_session", row=NOBODYS),
    **post("own.drop_telephone", "own.passkey_options", "own.end_others", "own.end_all", row=ANYBODY),
    **get("oversight.mine", row=ANYBODY),
    **post("accounts.sign_out", row=ANYBODY),
    **get("home.my_day", "notices.index", row=ANYBODY),
    **post("notices.read_all", row=ANYBODY),
    **post("notices.read", row=NOT_HERS),
    **get("home.drafts_page", "home.session_left", row=ANYBODY),
    **post("home.discard_draft", "home.stay", row=ANYBODY),
    **get("home.case", "cases.history", "services.index", "services.show", row=READ_CASE),
    **get("cases.index", row=LIST_CASES),
    **post("cases.find", row=SEARCH),
    **get("cases.consents", row=CONSENT),
    **both("cases.ask", row=CONSENT),
    **post("cases.withdraw", row=CONSENT),
    **both("cases.team", row=CARRY_CASE),
    **get("referrals.index", row=RUN_HOUSE),
    **both("referrals.new", "intake.arrive", row=RUN_HOUSE),
    **get("referrals.show", row=REFERRAL),
    **post("referrals.answer", row=REFERRAL),
    **both("referrals.begin", "referrals.check", "referrals.end", row=REFERRAL),
    **get("door.index", "door.card", "door.card_on_paper", row=AT_DOOR),
    **both("door.new", row=AT_DOOR),
    **get("door.show", row=ASKED_AT_DOOR),
    **post("door.decide", "door.tell_her", row=DECIDE_AT_DOOR),
    **both("door.change_card", row=DOOR_CARD),
    **get("interviews.index", row=READ_CASE),
    **both("interviews.plan", "interviews.record", "interviews.held", "interviews.correct", row=CONSENT),
    **post("interviews.cancel", row=CONSENT),
    **get("outgoing.index", row=QUEUE),
    **get("outgoing.of_case", "outgoing.show", row=READ_CASE),
    **both("outgoing.new", "outgoing.reply", "outgoing.withdraw", "outgoing.screen", row=CONSENT),
    **post("outgoing.ask", "outgoing.send", "outgoing.slip", "outgoing.tell", row=CONSENT),
    **post("outgoing.quick", row=CONSENT),
    **get("outgoing.paper", row=CONSENT),
    **post("outgoing.review", row=REVIEW),
    **get("intake.tasks", row=CARRY_CASE),
    **both("intake.safety", "intake.person", "intake.situation", "intake.consent", "intake.review", row=CARRY_CASE),
    **get("residence.beds", row=RUN_HOUSE),
    **post("residence.use", row=RUN_HOUSE),
    **both("residence.take_out", row=RUN_HOUSE),
    **get("residence.tonight", row=TONIGHT),
    **both("residence.assign", "residence.correct", row=CARRY_CASE),
    **both("residence.instructions", row=INSTRUCT),
    **post("residence.end", row=INSTRUCT),
    **both("services.log", row=LOG),
    **both("services.new", row=LOG_SERVICE),
    **both("services.correct", row=CORRECT),
    **get("documents.index", "documents.show", row=CONSENT),
    **both("documents.new", row=LOG_SERVICE),
    **get("documents.download", row=CORRECT),
    **both("documents.replace", "documents.withdraw", row=CORRECT),
    **both("transition.leave", "transition.correct", row=CARRY_CASE),
    **get("followup.index", "followup.show", row=READ_CASE),
    **both("followup.record", row=CARRY_CASE),
    **get("route.index", row=READ_CASE),
    **get("route.board", row=QUEUE),
    **both("route.done", "route.skip", "route.explain", "route.declare", "route.alert", row=CONSENT),
    **post("route.take_back", row=CONSENT),
    **post("followup.reveal", row=CARRY_CASE),
    **get("followup.queue", row=QUEUE),
    **get("desk.staff", row=ADMIN),
    **both("desk.invite", "desk.member", "desk.close", row=ADMIN),
    **post("desk.end_role", "desk.new_link", row=ADMIN),
    **get("partners.foundations", "partners.foundation", "partners.house", "partners.institutions",
          "partners.institution", row=PARTNERS),
    **get("partners.focal_points", row=FOCAL),
    **both("partners.add_post", "partners.name_holder", "partners.give_up", row=FOCAL),
    **post("partners.verify_holder", row=FOCAL),
    **get("partners.lists", row=ADMIN),
    **both("partners.one_list", "partners.holidays", row=ADMIN),
    **post("partners.retire_word", "partners.unmark_day", row=ADMIN),
    **both(
        "partners.add_foundation",
        "partners.add_house",
        "partners.add_beds",
        "partners.add_institution",
        "partners.change_institution",
        "partners.agree",
        "partners.end_foundation",
        "partners.change_house",
        "partners.end_house",
        "partners.end_institution",
        row=ADMIN,
    ),
    **get("approvals.index", row=ASKED),
    **both("desk.recover", row=SECOND),
    **both("approvals.show", row=REQUEST),
    **post("approvals.do", "approvals.withdraw", row=REQUEST),
    **get("oversight.trail", "oversight.export", "oversight.paper", "oversight.worth_a_look", row=AUDIT),
    **post("oversight.check", row=AUDIT),
    **get("figures.index", row=FIGURES),
    **get("figures.cases", row=BEHIND),
    **get("figures.together", row=EXACT),
    **get("reports.index", row=REPORTS),
    **get("register.index", row=REPORTS),
    **both("register.upload", row=REPORTS),
    **both("register.columns", "register.review", row=NOT_HERS_TO_BRING),
    **get("register.rejects", "register.mapping", row=NOT_HERS_TO_BRING),
    **post("register.bring_in", "register.drop", row=NOT_HERS_TO_BRING),
    **get("register.file", row=OF_PROGRAMME),
    **both("register.undo", row=OF_PROGRAMME),
    **get("register.left_out", row=NOT_HERS),  # of an import of another person
    **both("reports.new", row=REPORTS),
    **get("reports.preview", "reports.paper", row=RELEASE),
    **post("reports.publish", row=PUBLISH),
    **get("protocol.index", row=ANYBODY),
    **get("protocol.show", "protocol.step", row=PROTOCOL_DRAFT),
    **post("protocol.print_booklet", row=PROTOCOL_DRAFT),
    **get("protocol.paper", row=NOBODYS),
    **get("protocol.versions", "protocol.validations", "protocol.compare", row=COMMENT),
    **both("protocol.comment", "protocol.comment_all", row=COMMENT),
    **post("protocol.begin", "protocol.turn", "protocol.move_phase", "protocol.remove_phase", "protocol.move_step",
           "protocol.ask", "protocol.remove_step", row=WRITE_PROTOCOL),
    **both("protocol.describe", "protocol.add_phase", "protocol.change_phase", "protocol.add_step",
           "protocol.change_step", "protocol.answer", row=WRITE_PROTOCOL),
    **get("protocol.letter", row=NOT_ASKED_YET),
    **both("protocol.publish", row=COORDINATE),
    **get("procedures.index", "procedures.show", row=TEAM),
    **post("procedures.acknowledge", row=TEAM),
    **both("procedures.write", "procedures.rewrite", row=COORDINATE),
    **post("procedures.publish", "procedures.end", row=COORDINATE),
    **get("procedures.readers", "procedures.all_readers", row=COORDINATE),
    **get("reports.publications", row=RELEASES),
    **get("reports.publication", row=PUBLICATION),
}
"""(endpoint, method) -> row. Public doors are listed in PUBLIC."""

PUBLIC = {
    "static",
    "accounts.sign_in",
    "accounts.quick_exit",
    "accounts.pause",
    "accounts.unlock",
    "accounts.activate",
    "accounts.recover",
    "accounts.language",
    "answers.begin",
    "answers.with_code",
    "answers.answer",
    "home.beginning",
    "home.keep_draft",
    "home.health",
    "home.help",
    "home.privacy",
    "home.accessibility",
}
