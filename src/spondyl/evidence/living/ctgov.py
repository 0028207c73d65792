"""ClinicalTrials.gov JSON, API version 2: registration section and results section.

Source: the public data structure of the API (clinicaltrials.gov/data-api/about-api/study-data-structure). The file may
be one study, a list of studies (the site's download) or a page of the API (``{"studies": [...]}``).
"""

from spondyl.evidence.library.registry_ids import normal_registry_id
from spondyl.evidence.living.ctgov_results import read_events, read_flow, read_harms, read_measured
from spondyl.evidence.living.import_refused import ImportReason, ImportRefused
from spondyl.evidence.living.json_cursor import Cursor, parse_json
from spondyl.evidence.living.registration import PlannedOutcome, RegisteredArm, Registration


def read_ctgov(text: str) -> tuple[Registration, ...]:
    """Every study of the file, in its order. Raises ImportRefused naming the place of the first fault."""
    studies = _studies(parse_json(text))
    if not studies:
        raise ImportRefused(
            ImportReason.NOTHING_INSIDE,
            at="$",
            what="The file holds no study.",
            why="The list of studies is empty.",
            do="Check the search that made it.",
        )
    return tuple(_registration(study) for study in studies)


def _studies(root: Cursor) -> tuple[Cursor, ...]:
    if isinstance(root.value, list):
        return Cursor(value={"studies": root.value}, path="$").items("studies")
    if isinstance(root.value, dict) and "studies" in root.value:
        return root.items("studies")
    return (root,)


def _registration(study: Cursor) -> Registration:
    if not isinstance(study.value, dict) or "protocolSection" not in study.value:
        raise ImportRefused(
            ImportReason.FORMAT_UNKNOWN,
            at=study.path,
            what="There is no protocolSection here.",
            why="Every study of ClinicalTrials.gov, API version 2, has one.",
            do="Download the study as JSON from the current site; the older format (FullStudy) is not read.",
        )
    protocol = study.child("protocolSection")
    identity, status = protocol.child("identificationModule"), protocol.child("statusModule")
    design, sponsor = protocol.child("designModule"), protocol.child("sponsorCollaboratorsModule")
    masking = design.child("designInfo").child("maskingInfo")
    results = study.child("resultsSection")
    return Registration(
        registry_id=_nct(identity),
        other_ids=_other_ids(identity),
        title=identity.needed("briefTitle"),
        official_title=identity.text("officialTitle"),
        acronym=identity.text("acronym"),
        status=status.text("overallStatus"),
        study_type=design.text("studyType"),
        phases=design.texts("phases"),
        allocation=design.child("designInfo").text("allocation"),
        model=_model(design.child("designInfo")),
        masking=masking.text("masking"),
        who_masked=masking.texts("whoMasked"),
        enrolled=design.child("enrollmentInfo").count("count"),
        enrolled_kind=design.child("enrollmentInfo").text("type"),
        conditions=protocol.child("conditionsModule").texts("conditions"),
        arms=tuple(_arm(one) for one in protocol.child("armsInterventionsModule").items("armGroups")),
        planned=_planned(protocol.child("outcomesModule")),
        measured=read_measured(results.child("outcomeMeasuresModule")),
        harms=read_harms(results.child("adverseEventsModule")),
        events=read_events(results.child("adverseEventsModule")),
        events_time_frame=results.child("adverseEventsModule").text("timeFrame"),
        flow=read_flow(results.child("participantFlowModule")),
        sponsor=sponsor.child("leadSponsor").text("name"),
        sponsor_class=sponsor.child("leadSponsor").text("class"),
        collaborators=tuple(one.text("name") for one in sponsor.items("collaborators")),
        start_date=status.child("startDateStruct").text("date"),
        completion_date=status.child("completionDateStruct").text("date"),
        updated_date=status.child("lastUpdatePostDateStruct").text("date"),
        results_date=status.child("resultsFirstPostDateStruct").text("date"),
    )


def _nct(identity: Cursor) -> str:
    given = identity.needed("nctId")
    number = normal_registry_id(given)
    if number is None or not number.startswith("NCT"):
        raise ImportRefused(
            ImportReason.FIELD_INVALID,
            at=f"{identity.path}.nctId",
            what=f"The number {given[:40]!r} is not one of ClinicalTrials.gov.",
            why="It must be NCT and eight digits.",
            do="Download the file again from the registry.",
        )
    return number


def _other_ids(identity: Cursor) -> tuple[str, ...]:
    """Numbers of other registries; the sponsor's own codes are no registry numbers and are left out."""
    given = [one.text("id") for one in identity.items("secondaryIdInfos")]
    numbers = (normal_registry_id(one) for one in (*given, *identity.texts("nctIdAliases")))
    return tuple(dict.fromkeys(number for number in numbers if number))


def _model(info: Cursor) -> str:
    return info.text("interventionModel") or info.text("observationalModel")


def _arm(arm: Cursor) -> RegisteredArm:
    return RegisteredArm(
        label=arm.needed("label"),
        kind=arm.text("type"),
        description=arm.text("description"),
        interventions=arm.texts("interventionNames"),
    )


def _planned(outcomes: Cursor) -> tuple[PlannedOutcome, ...]:
    ranks = {"PRIMARY": "primaryOutcomes", "SECONDARY": "secondaryOutcomes", "OTHER": "otherOutcomes"}
    return tuple(
        PlannedOutcome(rank=rank, measure=one.needed("measure"), time_frame=one.text("timeFrame"))
        for rank, key in ranks.items()
        for one in outcomes.items(key)
    )
