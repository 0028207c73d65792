"""The decision aid as a page and as plain text, and the check of the page against the IPDAS criteria."""

from spondyl.clinic.report.aid.ipdas import CRITERIA, Criterion, CriterionResult, check_ipdas
from spondyl.clinic.report.aid.page import SiteLinks, aid_html, prose_html
from spondyl.clinic.report.aid.plain import aid_detail_text, aid_text
from spondyl.clinic.report.aid.write import WrittenAid, write_aid

__all__ = [
    "CRITERIA",
    "Criterion",
    "CriterionResult",
    "SiteLinks",
    "WrittenAid",
    "aid_detail_text",
    "aid_html",
    "aid_text",
    "check_ipdas",
    "prose_html",
    "write_aid",
]
