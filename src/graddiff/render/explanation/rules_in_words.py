"""Rules of the table of operations as sentences that a student reads."""

from __future__ import annotations

from collections.abc import Collection

from graddiff.operations.row import Operation
from graddiff.operations.table import POW

# Each sentence says what the operands get, or what the derivative is, so that it can stand before
# the local partial: "in a product, each factor gets …: ∂f/∂x = y".
RULE_WORDS = {
    "add": "in a sum, each term gets the adjoint unchanged",
    "sub": "in a difference, the first term gets the adjoint unchanged, and the second term gets "
    "it with the opposite sign",
    "mul": "in a product, each factor gets the adjoint times the other factor",
    "div": "in a quotient, the numerator gets the adjoint divided by the denominator, and the "
    "denominator gets the adjoint times minus the numerator over the square of the denominator",
    "neg": "a minus sign reverses the sign of the adjoint",
    "exp": "the exponential function is its own derivative",
    "log": "the derivative of the natural logarithm is 1 over its operand",
    "sqrt": "the derivative of a square root is 1 over twice the square root",
    "sin": "the derivative of the sine is the cosine",
    "cos": "the derivative of the cosine is minus the sine",
    "tan": "the derivative of the tangent is 1 plus the square of the tangent",
    "abs": "the derivative of an absolute value is the sign of the operand",
    "tanh": "the derivative of tanh is 1 minus the square of tanh, which equals the square of sech",
    "sigmoid": "the derivative of the sigmoid function is its value times 1 minus its value",
    "relu": "relu passes the adjoint on where its operand is positive, and stops it elsewhere",
    "min": "a minimum passes the adjoint to its smallest operand; operands that tie share it",
    "max": "a maximum passes the adjoint to its largest operand; operands that tie share it",
    "where": "where passes the adjoint to the branch that is taken, and nothing to the other one",
}

# The rule of a power depends on the operand that the derivative is by.
BASE_WORDS = "in a power, the exponent becomes a factor and is lowered by 1"
EXPONENT_WORDS = (
    "the derivative of a power by its exponent is the power times the logarithm of the base"
)


def describe_rule(operation: Operation, slots: Collection[int]) -> str:
    """Returns the rule of an operation as a sentence without a full stop. `slots` are those of the
    operands that the derivative is by."""
    if operation is POW:
        parts = (BASE_WORDS, EXPONENT_WORDS)
        return "; ".join(words for slot, words in enumerate(parts) if slot in slots)
    name = operation.name
    return RULE_WORDS.get(name) or f"the derivative of {name}; graddiff functions {name} shows it"
