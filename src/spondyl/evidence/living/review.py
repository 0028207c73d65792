"""No conclusion changes without a signature: the signed one stays, marked, until a named person signs the new one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spondyl.evidence.answer import (
    Answer,
    ReviewState,
    SignatureInvalidError,
    SignedConclusion,
    latest_about,
    mark_of,
)
from spondyl.evidence.certainty import Signature
from spondyl.evidence.certainty.signature import digest_of
from spondyl.evidence.library import Quote

FORMAT, VERSION = "spondyl-signed-conclusions", 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is shown about one option: ``shown`` is the signed words as long as there are some, else the proposal.

    ``proposed`` is set when the records now say something else than what was signed. ``versus`` is what ``reading``
    compares with, the signed one with the signed one.
    """

    state: ReviewState
    reading: str
    versus: Quote | None
    shown: str
    certainty: str | None
    signature: Signature | None
    proposed: str | None

    @property
    def mark(self) -> str:
        """The line beside the conclusion."""
        return mark_of(self.state, self.signature)


def review(found: Answer, signed: Iterable[SignedConclusion]) -> Review:
    """The latest signed conclusion about the option stays in force until the next signature."""
    level = found.sureness.headline.value if found.sureness.headline else None
    latest = latest_about(found.option.id, signed)
    if latest is None:
        return Review(
            state=ReviewState.UNSIGNED,
            reading=found.reading.value,
            versus=found.versus,
            shown=found.paragraph.text,
            certainty=level,
            signature=None,
            proposed=None,
        )
    current = latest.signature.digest == found.digest
    return Review(
        state=ReviewState.SIGNED if current else ReviewState.NEW_DATA,
        reading=latest.reading,
        versus=found.versus if current else latest.versus or found.versus,
        shown=latest.paragraph,
        certainty=latest.certainty,
        signature=latest.signature,
        proposed=None if current else found.paragraph.text,
    )


def sign(found: Answer, *, person: str, role: str, at: str) -> SignedConclusion:
    """Sign what the records say now."""
    level = found.sureness.headline.value if found.sureness.headline else None
    signature = Signature(about=found.option.id, person=person, role=role, at=at, digest=found.digest)
    return SignedConclusion(
        signature=signature,
        reading=found.reading.value,
        short=found.short.text,
        paragraph=found.paragraph.text,
        certainty=level,
    )


def signed_to_text(signed: Iterable[SignedConclusion]) -> str:
    """The file of signatures: canonical JSON, each entry sealed by a digest of its words and signer.

    Options in order and days in order; of one day in the order given, for the one signed last is in force.
    """
    entries = sorted((_entry(one) for one in signed), key=lambda one: (one["about"], one["at"]))
    table = {
        "format": FORMAT,
        "version": VERSION,
        "signed": [{**one, "seal": digest_of(one)} for one in entries],
    }
    return json.dumps(table, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def signed_from_text(text: str) -> tuple[SignedConclusion, ...]:
    """Every signed conclusion of a file. Raises SignatureInvalidError naming the entry that does not fit its seal."""
    try:
        table = json.loads(text)
        if table["format"] != FORMAT or table["version"] != VERSION:
            raise SignatureInvalidError.because("The file does not hold signed conclusions of this version.")
        return tuple(_signed(entry) for entry in table["signed"])
    except SignatureInvalidError:
        raise
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise SignatureInvalidError.because(
            f"The file cannot be read ({type(error).__name__}: {error})."
        ) from error


def _entry(one: SignedConclusion) -> dict[str, Any]:
    signature = one.signature
    return {
        "about": signature.about,
        "person": signature.person,
        "role": signature.role,
        "at": signature.at,
        "digest": signature.digest,
        "reading": one.reading,
        "short": one.short,
        "paragraph": one.paragraph,
        "certainty": one.certainty,
    }


def _signed(entry: Mapping[str, Any]) -> SignedConclusion:
    words = {key: value for key, value in entry.items() if key != "seal"}
    if digest_of(words) != entry["seal"]:
        raise SignatureInvalidError.because(
            f"The conclusion about {entry['about']} was changed after {entry['person']} signed it."
        )
    signature = Signature(**{key: words[key] for key in ("about", "person", "role", "at", "digest")})
    return SignedConclusion(
        signature=signature,
        reading=words["reading"],
        short=words["short"],
        paragraph=words["paragraph"],
        certainty=words["certainty"],
    )
