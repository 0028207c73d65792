"""The decision aids of the evidence library: open to everybody, since they hold nothing about a patient."""

import base64
import hashlib
import re
from functools import cache

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import HTMLResponse

from spondyl.assessment.intake import PatientLanguage
from spondyl.clinic.care.option_names import clinic_library
from spondyl.clinic.report.aid.page import aid_html
from spondyl.clinic.web.rights import open_to_all
from spondyl.evidence.aid import AidNotPossibleError, Language, aid_content
from spondyl.evidence.library import UnknownOptionError

router = APIRouter(prefix="/aid", include_in_schema=False, dependencies=[Depends(open_to_all())])


@router.get("/{option}")
def decision_aid(option: str, lang: PatientLanguage = PatientLanguage.ENGLISH) -> HTMLResponse:
    """The page about one option, the same that 'spondyl evidence aid' writes."""
    try:
        text = _page(option, Language(lang.value))
    except (UnknownOptionError, AidNotPossibleError) as error:
        raise HTTPException(404, str(error)) from error
    return HTMLResponse(text, headers={"Content-Security-Policy": _policy(text)})


@cache
def _page(option: str, language: Language) -> str:
    return aid_html(aid_content(clinic_library(), option, language))


def _policy(text: str) -> str:
    """The page brings its own style: exactly that one is let through, by its digest, and nothing else."""
    styles = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" for style in styles
    )
    return f"default-src 'none'; style-src {digests}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
