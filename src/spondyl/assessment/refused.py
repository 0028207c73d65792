"""What the refusals of answers, scores, examinations and plans have in common."""


class Refused(Exception):  # noqa: N818 (a refusal is an answer, not a fault)
    """``what`` is wrong, ``why``, and what to ``do`` next, each a plain sentence. Raised only as one of its kinds."""

    def __init__(self, *, what: str, why: str, do: str) -> None:
        super().__init__(f"{what} {why} {do}")
        self.what = what
        self.why = why
        self.do = do
