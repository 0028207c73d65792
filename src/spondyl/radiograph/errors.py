"""Why a film was refused: one typed error, with what is wrong, why, and what to do."""

from enum import Enum

from spondyl.radiograph.printable import printable


class Refusal(Enum):
    """The stable names of every reason a film is not measured; documented in docs/reference/refusals.md."""

    FILE_MISSING = "file_missing"
    FILE_UNREADABLE = "file_unreadable"
    FORMAT_UNKNOWN = "format_unknown"
    FILE_DAMAGED = "file_damaged"
    MODALITY_UNSUPPORTED = "modality_unsupported"
    TRANSFER_SYNTAX_UNSUPPORTED = "transfer_syntax_unsupported"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    MULTI_FRAME = "multi_frame"
    NO_PIXELS = "no_pixels"
    PIXELS_UNSUPPORTED = "pixels_unsupported"
    NO_CONTRAST = "no_contrast"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    DECODER_DIED = "decoder_died"
    NOT_A_SPINE_FILM = "not_a_spine_film"
    LATERAL_NEEDS_LANDMARKS = "lateral_needs_landmarks"
    SPINE_INCOMPLETE = "spine_incomplete"
    LOW_CONFIDENCE = "low_confidence"
    LANDMARKS_INVALID = "landmarks_invalid"
    WORKER_DIED = "worker_died"
    ALREADY_MEASURED = "already_measured"
    INTERNAL_ERROR = "internal_error"


class FilmRefused(Exception):  # noqa: N818 (a refusal is an answer, not a fault)
    """A film cannot be measured. ``what`` is wrong, ``why``, and what to ``do`` next, each one plain sentence."""

    def __init__(self, refusal: Refusal, *, what: str, why: str, do: str) -> None:
        what, why, do = printable(what), printable(why), printable(do)  # they may name a file
        super().__init__(f"{what} {why} {do}")
        self.refusal = refusal
        self.what = what
        self.why = why
        self.do = do

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild, (self.refusal, self.what, self.why, self.do)


def _rebuild(refusal: Refusal, what: str, why: str, do: str) -> FilmRefused:
    return FilmRefused(refusal, what=what, why=why, do=do)
