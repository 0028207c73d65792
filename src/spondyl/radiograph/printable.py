"""Names of files that are not text, as text."""


def printable(text: str) -> str:
    """``text`` as it can be written to any file: what UTF-8 cannot say stands as its code.

    A disc may hold names whose bytes are no UTF-8 (old scanners, other alphabets); Python keeps such bytes as lone
    surrogates, which no report, table or terminal takes.

    >>> printable("Müller.dcm")
    'Müller.dcm'
    >>> print(printable("M\\udcfcller.dcm"))
    M\\udcfcller.dcm
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
