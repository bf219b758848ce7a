"""Numbers as text: every view, message and report writes its numbers with these functions.

| function               | writes                                  | example                    |
|------------------------|-----------------------------------------|----------------------------|
| format_float           | so many significant digits              | 0.3333333                  |
| format_number          | any kind of number, as a view shows it  | 0.3333333, 1/3, undefined  |
| format_sentence_number | a number inside a sentence              | 0.3333333, 1/3             |
| format_exact_number    | a fraction or a long decimal, in full   | 1/3                        |
| format_plain_float     | a float for another program to read     | 0.3333333333333333, -0     |
| format_count           | how many things there are               | 1 row, 2,000 rows          |
"""

from __future__ import annotations

from graddiff.numbers.arithmetic import NoValue, Number

DEFAULT_DIGITS = 7  # significant digits of a number, unless others are asked for


def format_float(value: float, digits: int) -> str:
    """Returns a float with so many significant digits; a negative zero is written as 0."""
    # -0.0 + 0.0 is 0.0: the sign of a zero means nothing to a reader.
    return format(value + 0.0, f".{digits}g")


def format_number(value: Number, digits: int) -> str:
    """Returns a number of any kind as a view shows it: a float with so many significant digits,
    a fraction in full, "undefined" for a line without value and for nan, a condition as true or
    false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, NoValue) or value != value:
        return "undefined"
    if isinstance(value, float):
        return format_float(value, digits)
    return format_exact_number(value)


def format_sentence_number(value: Number) -> str:
    """Returns a number for a sentence: a float with seven digits, another number in full."""
    if isinstance(value, float):
        return format_float(value, DEFAULT_DIGITS)
    return format_exact_number(value)


def format_exact_number(value: Number) -> str:
    """Returns a fraction, or a number of many digits, in full: 1/3, 2 (not 2.0), 1e50."""
    return str(value).removesuffix(".0").replace(".0e+", "e")


def format_plain_float(value: float, digits: int | None = None) -> str:
    """Returns a float for another program: the shortest text that reads back as the same float,
    or so many significant digits. The sign of a zero stays."""
    if digits is None:
        return repr(value).removesuffix(".0")
    return format(value, f".{digits}g")


def format_count(count: int, noun: str) -> str:
    """Returns a number with its noun in the singular or the plural: 1 row, 2,000 rows."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def is_numeral(text: str) -> bool:
    """Whether a text is a number in decimal notation."""
    try:
        float(text)
    except ValueError:
        return False
    return True
