"""What is known about each treatment: open to everybody, since it holds nothing about a patient."""

import base64
import hashlib
import re
from functools import cache, partial

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import HTMLResponse

from spondyl.clinic.care.option_names import clinic_library
from spondyl.clinic.report.aid import SiteLinks, aid_html, prose_html
from spondyl.clinic.web.public.shown import public_page, visitor_language
from spondyl.clinic.web.rights import open_to_all
from spondyl.evidence.aid import (
    AidNotPossibleError,
    GlanceRow,
    Language,
    aid_content,
    every_choice,
    words_of,
)
from spondyl.evidence.library import UnknownOptionError

router = APIRouter(prefix="/aid", include_in_schema=False, dependencies=[Depends(open_to_all())])


@router.get("")
def treatments(request: Request, lang: str | None = None) -> HTMLResponse:
    """Every treatment in a few words by one yardstick, each with the way to its decision aid."""
    language = Language(visitor_language(request, lang))
    shown = {
        "rows": _rows(language),
        "text": words_of(language).text,
        "say": partial(prose_html, language=language),
        "path": "/aid",
    }
    return public_page(request, "treatments.html", language.value, shown)


@router.get("/{option}")
def decision_aid(request: Request, option: str, lang: str | None = None) -> HTMLResponse:
    """The page about one option: what 'spondyl evidence aid' writes, with the ways to the others."""
    try:
        text = _page(option, Language(visitor_language(request, lang)))
    except (UnknownOptionError, AidNotPossibleError) as error:
        raise HTTPException(404, str(error)) from error
    return HTMLResponse(text, headers={"Content-Security-Policy": _policy(text)})


@cache
def _rows(language: Language) -> tuple[GlanceRow, ...]:
    return every_choice(clinic_library(), words_of(language))


@cache
def _page(option: str, language: Language) -> str:
    other = Language.SPANISH if language is Language.ENGLISH else Language.ENGLISH
    site = SiteLinks(
        everything=f"/aid?lang={language.value}",
        book=f"/book?lang={language.value}",
        other_language=f"/aid/{option}?lang={other.value}",
        option=lambda one: f"/aid/{one}?lang={language.value}",
    )
    return aid_html(aid_content(clinic_library(), option, language), site)


def _policy(text: str) -> str:
    """The page brings its own style: exactly that one is let through, by its digest, and nothing else."""
    styles = re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL)
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" for style in styles
    )
    return f"default-src 'none'; style-src {digests}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
