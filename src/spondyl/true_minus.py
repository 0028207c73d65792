"""The one place that writes a minus sign for people to read."""


def true_minus(number: str) -> str:
    """A number as Python formats it, with a true minus sign (U+2212) for the hyphen.

    >>> true_minus(f"{-5.4:+.1f}"), true_minus(f"{2:+d}")
    ('−5.4', '+2')
    """
    return number.replace("-", "−")
