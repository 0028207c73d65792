"""Decision aids of the shipped library, each made once: the same records give the same words and bytes."""

from functools import cache

from spondyl.clinic.report.aid import aid_html
from spondyl.clinic.report.aid.page_reader import Page
from spondyl.evidence.aid import AidContent, Language, aid_content
from spondyl.evidence.library import shipped_library


@cache
def content_of(option: str, language: Language) -> AidContent:
    """What the aid of that option says."""
    return aid_content(shipped_library(), option, language)


@cache
def html_of(option: str, language: Language) -> str:
    """Its page."""
    return aid_html(content_of(option, language))


@cache
def page_of(option: str, language: Language) -> Page:
    """Its page, read back."""
    return Page.read(html_of(option, language))
