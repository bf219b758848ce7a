"""Numbers as text."""

from __future__ import annotations

from graddiff.numbers.arithmetic import NoValue, Number


def format_number(value: Number, digits: int) -> str:
    """A number as it is read: with so many significant digits, a fraction in full."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, NoValue) or value != value:
        return "undefined"
    return (
        format(value + 0.0, f".{digits}g")
        if isinstance(value, float)
        else format_exact_number(value)
    )


def format_sentence_number(value: Number) -> str:
    """A value in a sentence."""
    return format(value + 0.0, ".7g") if isinstance(value, float) else format_exact_number(value)


def format_exact_number(value: Number) -> str:
    """A fraction, or a number of many digits, in full."""
    return str(value).removesuffix(".0").replace(".0e+", "e")


def is_numeral(text: str) -> bool:
    """Whether a text is a number written out."""
    try:
        float(text)
    except ValueError:
        return False
    return True
