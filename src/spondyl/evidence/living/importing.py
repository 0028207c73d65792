"""A file from a registry, a table or a reference manager becomes draft records."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from spondyl.evidence.library import Library
from spondyl.evidence.library.registry_ids import normal_registry_id
from spondyl.evidence.living.ctgov import read_ctgov
from spondyl.evidence.living.draft import Draft
from spondyl.evidence.living.draft_citation import draft_citation
from spondyl.evidence.living.draft_registration import draft_registration
from spondyl.evidence.living.draft_table import drafts_from_table
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.json_cursor import decode_text
from spondyl.evidence.living.registration import Registration
from spondyl.evidence.living.ris import doi_in, looks_like_ris, read_ris
from spondyl.evidence.living.table import read_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The drafts of one file, and the full registrations by draft id, so that nothing posted is lost."""

    drafts: tuple[Draft, ...]
    registrations: Mapping[str, Registration]


def read_import(data: bytes, *, name: str) -> Imported:
    """Drafts from ClinicalTrials.gov JSON (API version 2), RIS or CSV; the content decides which it is.

    Raises ImportRefused naming the place of the first fault: a file is taken whole or not at all.
    """
    text = decode_text(data)
    first = text.lstrip()[:1]
    if not first:
        raise ImportRefused(
            ImportReason.NOTHING_INSIDE,
            at=name,
            what="The file is empty.",
            why="There is nothing to import.",
            do="Download it again.",
        )
    if first in "{[":
        trials = read_ctgov(text)
        drafts = tuple(draft_registration(trial, origin=name) for trial in trials)
        by_id = {draft.id: trial for draft, trial in zip(drafts, trials, strict=True)}
        return Imported(drafts=drafts, registrations=by_id)
    if looks_like_ris(text):
        return Imported(
            drafts=tuple(draft_citation(paper, origin=name) for paper in read_ris(text)), registrations={}
        )
    return Imported(drafts=drafts_from_table(read_table(text), origin=name), registrations={})


def known_studies(library: Library) -> dict[str, str]:
    """Registry numbers of the library's studies, and the DOIs of their papers, to their record ids."""
    pairs = (
        (key, study.id)
        for study in library.studies
        for key in (normal_registry_id(study.registry_id), doi_in(study.origin.citation))
    )
    return {key: record for key, record in pairs if key}


def registration_json(trial: Registration) -> str:
    """Everything that the registry posted, as canonical JSON: sorted keys, two blanks of indent."""
    table = dataclasses.asdict(trial)
    return json.dumps(table, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
