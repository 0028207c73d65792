"""The conclusion in force: what a named person signed, to the letter, until a named person signs something else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from spondyl.evidence.answer.reading import Reading
from spondyl.evidence.answer.sureness import Sureness
from spondyl.evidence.certainty import Level, Signature
from spondyl.evidence.library import EvidenceError, Origin, Prose, Quote
from spondyl.evidence.library.origin import Tag

SHOWN_OF_DIGEST = 12
"""Characters of a digest that are enough to find what was signed."""


class SignatureInvalidError(EvidenceError):
    """A file of signatures is damaged, or a conclusion was changed after it was signed."""

    @classmethod
    def because(cls, what: str) -> "SignatureInvalidError":
        """The error with what is wrong, and what to do in every such case."""
        return cls(
            what=what,
            why="A signature holds only for the words that were signed.",
            do="Restore the file from its history, or sign anew with 'spondyl evidence sign'.",
        )


class ReviewState(Enum):
    """What a page says beside a conclusion."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    NEW_DATA = "new data awaiting review"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedConclusion:
    """A conclusion to the letter, and who signed it. Raises SignatureInvalidError when it could not be shown."""

    signature: Signature
    reading: str
    short: str
    paragraph: str
    certainty: str | None

    def __post_init__(self) -> None:
        about = self.signature.about
        if not self.paragraph.strip() or not self.short.strip():
            raise SignatureInvalidError.because(f"The signed conclusion about {about} is empty.")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.signature.at):
            raise SignatureInvalidError.because(
                f"The conclusion about {about} was signed on {self.signature.at!r}; a day is written 2026-11-25."
            )
        for kind, word in ((Reading, self.reading), (Level, self.certainty)):
            if word is not None and word not in {one.value for one in kind}:
                raise SignatureInvalidError.because(
                    f"The conclusion about {about} says {word!r}; this version has no such word."
                )

    @property
    def versus(self) -> Quote | None:
        """What the signed reading compares with; None where with nothing, or in another version's words."""
        before, mark, after = Reading(self.reading).words.partition("{versus}")
        if not (mark and self.short.startswith(before) and self.short.endswith(after)):
            return None
        return Quote(text=self.short[len(before) : len(self.short) - len(after)], origin=self.origin)

    @property
    def origin(self) -> Origin:
        """The signature as the source of the signed words and of every number in them."""
        signature = self.signature
        return Origin(
            record=signature.about,
            part="signed conclusion",
            tag=Tag.READ,
            citation=f"Conclusion about {signature.about} as signed by {signature.person}",
            locator=f"the signed words, digest {signature.digest[:SHOWN_OF_DIGEST]}",
            verified_by=f"{signature.person}, {signature.role}",
            verified_on=signature.at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a page shows as the conclusion about one option.

    With new data it is still the signed one; ``proposed`` then holds what the records say now, which nobody has
    signed. ``standing`` says whose the certainty is: published, signed, or proposed.
    """

    state: ReviewState
    signature: Signature | None
    reading: Reading
    short: Prose
    paragraph: Prose
    certainty: Level | None
    standing: str
    proposed: Prose | None

    @property
    def mark(self) -> str:
        """The line beside the conclusion."""
        return mark_of(self.state, self.signature)


def mark_of(state: ReviewState, signature: Signature | None) -> str:
    """Who signed and when, or that nobody did."""
    if signature is None:
        return "Not signed: this is what the software proposes. Nobody has taken responsibility for it."
    signed = f"Signed by {signature.person}, {signature.role}, {signature.at}."
    return f"{signed} New data awaiting review." if state is ReviewState.NEW_DATA else signed


def latest_about(option: str, signed: Iterable[SignedConclusion]) -> SignedConclusion | None:
    """The signed conclusion in force; of one day, the one signed last."""
    about = [one for one in signed if one.signature.about == option]
    return sorted(about, key=lambda one: one.signature.at)[-1] if about else None


def conclude(
    found: tuple[Reading, Prose, Prose, Sureness], *, digest: str, signed: SignedConclusion | None
) -> Conclusion:
    """The signed conclusion where there is one, else what the records say: reading, short answer, paragraph."""
    reading, short, paragraph, sureness = found
    current = signed is None or signed.signature.digest == digest
    if signed is None or current:
        published = sureness.headline_is_published
        standing = "published" if published else "signed" if signed else "proposed, not signed"
        return Conclusion(
            state=ReviewState.SIGNED if signed else ReviewState.UNSIGNED,
            signature=signed.signature if signed else None,
            reading=reading,
            short=short,
            paragraph=paragraph,
            certainty=sureness.headline,
            standing=standing if sureness.headline else "",
            proposed=None,
        )
    return _kept(signed, paragraph)


def _kept(signed: SignedConclusion, paragraph: Prose) -> Conclusion:
    return Conclusion(
        state=ReviewState.NEW_DATA,
        signature=signed.signature,
        reading=Reading(signed.reading),
        short=Prose((Quote(text=signed.short, origin=signed.origin),)),
        paragraph=Prose((Quote(text=signed.paragraph, origin=signed.origin),)),
        certainty=Level(signed.certainty) if signed.certainty else None,
        standing="as signed, before the new data" if signed.certainty else "",
        proposed=paragraph,
    )
