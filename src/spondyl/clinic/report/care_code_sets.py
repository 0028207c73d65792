"""FHIR R4B value sets of the resources of care: appointments, answers, plans, goals, consents, flags."""

_REQUEST = ("draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown")
CARE_CODE_SETS: dict[str, frozenset[str]] = {
    "appointmentstatus": frozenset(
        (
            *("proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow"),
            *("entered-in-error", "checked-in", "waitlist"),
        )
    ),
    "participationstatus": frozenset(("accepted", "declined", "tentative", "needs-action")),
    "questionnaire-answers-status": frozenset(
        ("in-progress", "completed", "amended", "entered-in-error", "stopped")
    ),
    "request-status": frozenset(_REQUEST),
    "care-plan-intent": frozenset(("proposal", "plan", "order", "option")),
    "care-plan-activity-status": frozenset(
        (
            *("not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped"),
            *("unknown", "entered-in-error"),
        )
    ),
    "goal-status": frozenset(
        (
            *("proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled"),
            *("entered-in-error", "rejected"),
        )
    ),
    "consent-state-codes": frozenset(
        ("draft", "proposed", "active", "rejected", "inactive", "entered-in-error")
    ),
    "consent-scope": frozenset(("adr", "research", "patient-privacy", "treatment")),
    "flag-status": frozenset(("active", "inactive", "entered-in-error")),
    "link-type": frozenset(("replaced-by", "replaces", "refer", "seealso")),
    "contact-point-system": frozenset(("phone", "fax", "email", "pager", "url", "sms", "other")),
    "search-entry-mode": frozenset(("match", "include", "outcome")),
    "issue-severity": frozenset(("fatal", "error", "warning", "information")),
    "issue-type": frozenset(
        (
            "not-found",
            "invalid",
            "not-supported",
            "security",
            "login",
            "forbidden",
            "conflict",
            "throttled",
            "exception",
        )
    ),
}
"""All of them required bindings, whole; ``issue-type`` is the part used here."""
