"""Numbers as text: the one family of functions that every view uses."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from graddiff.notation.numerals import (
    format_float,
    format_number,
    format_plain_float,
    format_sentence_number,
    is_numeral,
)
from graddiff.numbers.arithmetic import NoValue


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333"),
        (2.0, "2"),
        (-0.0, "0"),
        (1e50, "1e+50"),
        (Fraction(1, 3), "1/3"),
        (Fraction(2), "2"),
        (math.inf, "inf"),
        (math.nan, "undefined"),
        (NoValue(0, overflow=False), "undefined"),
        (True, "true"),
        (False, "false"),
    ],
)
def test_a_number_of_any_kind_has_a_text(value: Any, text: str) -> None:
    assert format_number(value, 3) == text


def test_a_sentence_has_seven_digits_and_whole_fractions() -> None:
    assert format_sentence_number(1 / 3) == "0.3333333"
    assert format_sentence_number(Fraction(1, 3_000_000_007)) == "1/3000000007"


def test_a_negative_zero_keeps_its_sign_only_for_another_program() -> None:
    assert format_float(-0.0, 7) == "0"
    assert format_plain_float(-0.0) == format_plain_float(-0.0, 7) == "-0"


@pytest.mark.parametrize("value", [0.1, 2.0, -1e300, 5e-324, 1 / 3])
def test_a_bare_number_reads_back_as_the_same_float(value: float) -> None:
    assert float(format_plain_float(value)) == value
    assert not format_plain_float(value).endswith(".0")


@pytest.mark.parametrize(("text", "expected"), [("1e3", True), ("-.5", True), ("x", False)])
def test_a_numeral_is_told_from_a_name(text: str, expected: bool) -> None:
    assert is_numeral(text) is expected
