"""How a command ends: the exit codes, stable and documented in docs/reference/cli.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit status of every ``spondyl`` command says. Scripts may rely on these numbers."""

    ALL_MEASURED = 0
    INTERNAL_ERROR = 1
    USAGE = 2
    SOME_REFUSED = 3
    ALL_REFUSED = 4
    NO_FILMS = 5
    OUTPUT_FAILED = 6
    INSTALLATION_INCOMPLETE = 7
    SCREEN_BLOCKS = 8
    SCREEN_EMERGENCY = 9
    CHART_UNSOUND = 10
    SESSION_FAILED = 11
    SESSION_NOT_SAFE = 12
    RECORD_DIFFERS = 13
    RECORD_UNFINISHED = 14
    RECORD_OTHER_RULES = 15
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One sentence for the reference page and ``--help``."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.ALL_MEASURED: "Done; with films or questionnaires: every one was measured.",
    ExitCode.INTERNAL_ERROR: "A fault in Spondyl itself; please report it with the message shown.",
    ExitCode.USAGE: "The command line is wrong or contradicts itself; nothing was measured.",
    ExitCode.SOME_REFUSED: "Some films or questionnaires were measured and some refused; each refused one says why.",
    ExitCode.ALL_REFUSED: "Every film or questionnaire was refused, or its file cannot be used; each says why.",
    ExitCode.NO_FILMS: "The paths hold no film, or the file no questionnaire.",
    ExitCode.OUTPUT_FAILED: "The results could not be written (folder not writable, disk full).",
    ExitCode.INSTALLATION_INCOMPLETE: "Something is missing from the installation; 'spondyl doctor' says what to do.",
    ExitCode.SCREEN_BLOCKS: "A screen blocks treatment: an answer stands in the way or is unknown. Nothing failed.",
    ExitCode.SCREEN_EMERGENCY: "A screen calls for emergency care now. Nothing failed.",
    ExitCode.CHART_UNSOUND: "An audit log, a backup or an export was changed, torn, or lacks something; each is named.",
    ExitCode.SESSION_FAILED: "An adjustment session ended by a refusal or a fault with the tip off and proved safe, or "
    "the instrument was not reached and none began.",
    ExitCode.SESSION_NOT_SAFE: "An adjustment session could not prove the safe state: press the instrument's stop.",
    ExitCode.RECORD_DIFFERS: "A session record is not, to the last byte, what the session gives.",
    ExitCode.RECORD_UNFINISHED: "A session record has no end: intact as far as it goes, or cut off.",
    ExitCode.RECORD_OTHER_RULES: "A session record was made by another version's rules: intact, not computed again.",
    ExitCode.INTERRUPTED: "Stopped by Ctrl-C, SIGTERM, the stop key, or the loss of its cluster or of whoever reads "
    "its output; --resume goes on.",
}


def code_for(*, measured: int, refused: int) -> ExitCode:
    """The exit code of a run over films."""
    if measured + refused == 0:
        return ExitCode.NO_FILMS
    if refused == 0:
        return ExitCode.ALL_MEASURED
    return ExitCode.SOME_REFUSED if measured else ExitCode.ALL_REFUSED
