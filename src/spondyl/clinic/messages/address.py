"""Whether something can be an e-mail address: asked where it is typed, before a letter needs it."""

from email.headerregistry import AddressHeader
from email.message import EmailMessage

_NOT_PLAIN = frozenset(' "(),:;<>[]\\@')


def is_address(text: str) -> bool:
    """True for one plain address in ASCII: any other is mangled on its way. Whether anybody reads what goes there, only
    the mail server can tell.

    >>> [is_address(one) for one in ("ana@example.org", "josé@example.org", "ana@", "ana@example.org, bo@example.org")]
    [True, False, False, False]
    """
    name, at, server = text.rpartition("@")
    if not (at and _is_plain(name) and _is_plain(server)):
        return False
    try:
        mail = EmailMessage()
        mail["To"] = text
        header = mail["To"]
    except Exception:
        # Python's parser of headers has no error of its own: it stumbles over what it does not expect.
        return False
    return isinstance(header, AddressHeader) and [one.addr_spec for one in header.addresses] == [text]


def _is_plain(part: str) -> bool:
    """Something, without spaces, control characters (line breaks too) and the signs that stand around addresses."""
    return bool(part) and part.isascii() and part.isprintable() and _NOT_PLAIN.isdisjoint(part)
