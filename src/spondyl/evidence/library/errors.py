"""What can be wrong with an evidence record: typed errors that say what, why, and what to do."""


class EvidenceError(ValueError):
    """The library of evidence refuses. ``what`` is wrong, ``why``, and what to ``do`` next."""

    def __init__(self, *, what: str, why: str, do: str) -> None:
        super().__init__(f"{what} {why} {do}")
        self.what = what
        self.why = why
        self.do = do


class RecordInvalidError(EvidenceError):
    """A record does not fit the schema."""


class DuplicateTrialError(EvidenceError):
    """One registered trial would count twice."""


class UnknownRecordError(EvidenceError):
    """A record names another one that the library does not hold."""


class UnknownOptionError(EvidenceError):
    """No option of that name."""


class UnverifiedValueError(EvidenceError):
    """A recalled or unknown value was about to be shown."""
