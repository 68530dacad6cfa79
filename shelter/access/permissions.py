"""The catalogue: every role, and every thing that can be permitted."""

from __future__ import annotations

from enum import Enum

from shelter.codes import Code
from shelter.texts import later as _


class Role(Code):
    """The ten roles. Stored words; see the matrix for what each may do."""

    HOUSE_STAFF = "house_staff", _("House staff (shift)")
    CASEWORKER = "caseworker", _("Caseworker")
    PSYCHOLOGIST = "psychologist", _("Psychologist")
    LAWYER = "lawyer", _("Lawyer")
    MEDICAL = "medical", _("Medical staff")
    SHELTER_COORDINATOR = "shelter_coordinator", _("Shelter coordinator")
    PROGRAMME_COORDINATOR = "programme_coordinator", _("Programme coordinator")
    ADMINISTRATOR = "administrator", _("Administrator")
    OBSERVER = "observer", _("Government observer")
    AUDITOR = "auditor", _("Auditor")


class Permission(Code):
    """Named resource.verb. The label is what the access page says."""

    CASE_LIST = "case.list", _("See the list of cases")
    CASE_READ = "case.read", _("Open a case")
    PERSON_READ = "person.read", _("See names and identity")
    PERSON_SEARCH = "person.search", _("Search by name")
    REFERRAL_READ = "referral.read", _("See incoming referrals")
    REFERRAL_WRITE = "referral.write", _("Record and answer referrals")
    DOOR_RECORD = "door.record", _("Record that somebody asked at the door, and see the card for the door")
    DOOR_READ = "door.read", _("See who asked at the door, and what was answered")
    DOOR_DECIDE = "door.decide", _("Decide what is answered at the door")
    INTERVIEW_WRITE = "interview.write", _("Plan and record interviews about what happened")
    OUTGOING_READ = "outgoing.read", _("See outgoing referrals")
    OUTGOING_WRITE = "outgoing.write", _("Refer to an institution and record its answer")
    OUTGOING_REVIEW = "outgoing.review", _("Review what left without her consent")
    INTAKE_WRITE = "intake.write", _("Record an arrival")
    CONSENT_READ = "consent.read", _("See consents")
    CONSENT_WRITE = "consent.write", _("Record a consent")
    TEAM_WRITE = "team.write", _("Change who is on the team")
    BED_READ = "bed.read", _("See the beds of the house")
    BED_ASSIGN = "bed.assign", _("Give or change a bed")
    TONIGHT_READ = "tonight.read", _("See tonight's list")
    INSTRUCTION_WRITE = "instruction.write", _("Leave instructions for the night")
    SERVICE_READ = "service.read", _("See which services were given")
    HEADLINE_READ = "headline.read", _("See the headline of a service")
    PSYCHOLOGY_READ = "psychology.read", _("Read psychological notes")
    PSYCHOLOGY_WRITE = "psychology.write", _("Log psychological services")
    LEGAL_READ = "legal.read", _("Read legal notes")
    LEGAL_WRITE = "legal.write", _("Log legal services")
    MEDICAL_READ = "medical.read", _("Read health notes")
    MEDICAL_WRITE = "medical.write", _("Log health services")
    SOCIAL_READ = "social.read", _("Read social work notes")
    SOCIAL_WRITE = "social.write", _("Log social work services")
    SERVICE_LOG = "service.log", _("Log services of one's own discipline")
    DOCUMENT_READ = "document.read", _("See which documents a case has")
    DOCUMENT_WRITE = "document.write", _("Attach documents for one's own discipline")
    EXIT_WRITE = "exit.write", _("Record an exit")
    CONTACT_READ = "contact.read", _("See how to contact her safely")
    CONTACT_WRITE = "contact.write", _("Record how to contact her safely")
    FOLLOWUP_READ = "followup.read", _("See the follow-up")
    FOLLOWUP_WRITE = "followup.write", _("Record a follow-up contact")
    ROUTE_READ = "route.read", _("See where a case stands on the route")
    ROUTE_WRITE = "route.write", _("Say what was done on the route of a case")
    INDICATOR_READ = "indicator.read", _("See the figures, protected")
    INDICATOR_EXACT = "indicator.exact", _("See the figures exactly")
    REPORT_READ = "report.read", _("See and print reports")
    REPORT_PUBLISH = "report.publish", _("Publish a report prepared by another person")
    RELEASE_READ = "release.read", _("Read published reports")
    REGISTER_READ = "register.read", _("See the historic registers")
    REGISTER_WRITE = "register.write", _("Import files into a historic register, and ask to undo it")
    REGISTER_UNDO = "register.undo", _("Be the second person who undoes an import")
    PARTNER_READ = "partner.read", _("See foundations, houses and institutions")
    FOCAL_WRITE = "focal.write", _("Keep the focal points of institutions")
    PROTOCOL_READ = "protocol.read", _("Read the protocol of the route")
    PROTOCOL_COMMENT = "protocol.comment", _("Read and comment drafts of the protocol")
    PROTOCOL_WRITE = "protocol.write", _("Write the protocol and record what institutions answer")
    PROTOCOL_PUBLISH = "protocol.publish", _("Publish a protocol that others wrote")
    PROCEDURE_READ = "procedure.read", _("Read operating procedures, and say that one has")
    PROCEDURE_WRITE = "procedure.write", _("Write operating procedures, and see who has read them")
    STAFF_MANAGE = "staff.manage", _("Invite staff and close accounts")
    APPROVAL_READ = "approval.read", _("See what waits for a second person")
    ACCOUNT_APPROVE = "account.approve", _("Be one of the two people who recover an account or give a role")
    AUDIT_READ = "audit.read", _("Read the audit trail")


class Special(Enum):
    """What an address may need besides a permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


PUBLIC, SIGNED_IN = Special.PUBLIC, Special.SIGNED_IN
Needs = Permission | Special
