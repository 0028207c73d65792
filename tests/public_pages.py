"""What a visitor of the public booking page does, for the tests of several pages."""

import re

from clinic_apps import Browser


def offered(page: str) -> dict[str, str]:
    """The first time on a page, as its form would send it."""
    form = re.search(
        r'<form method="post" action="(?:/book/hold|/visit/[^"]+/move)">(.*?)</form>', page, re.S
    )
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    return {name: value for name, value in fields.items() if name != "csrf"}


def held_address(visitor: Browser, **fields: str) -> str:
    """Keep a time; the address of its page."""
    answer = visitor.submit("/book/hold", **fields)
    assert answer.status_code == 303
    return answer.headers["location"].split("?")[0]
