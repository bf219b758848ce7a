"""The rules of the table in words, for those operations of which more is to be said than what their derivative is."""

from __future__ import annotations

from graddiff.operations.row import Operation

RULE_WORDS = {
    "add": "a sum: each term gets the adjoint as it is",
    "sub": "a difference: the first term gets the adjoint, the second one gets it with the sign turned",
    "mul": "a product: each factor gets the adjoint times the other factor",
    "div": "a quotient: the numerator gets the adjoint divided by the denominator, and the denominator gets it times "
    "minus the numerator over the square of the denominator",
    "neg": "a minus: the sign turns",
    "pow": "a power: the exponent comes down as a factor, and is lowered by 1",
    "exp": "the exponential function is its own derivative",
    "log": "the derivative of the logarithm is 1 over its operand",
    "sqrt": "the derivative of a square root is 1 over twice the root",
    "sin": "the derivative of the sine is the cosine",
    "cos": "the derivative of the cosine is minus the sine",
    "tan": "the derivative of the tangent is 1 plus its square",
    "abs": "an absolute value: the sign of its operand",
    "tanh": "the derivative of tanh is 1 minus its square, which is the square of sech",
    "sigmoid": "the derivative of the sigmoid is itself times 1 minus itself",
    "relu": "relu lets the adjoint through where its operand is positive, and stops it elsewhere",
    "min": "a minimum: only the smallest operand gets the adjoint; equal ones share it",
    "max": "a maximum: only the largest operand gets the adjoint; equal ones share it",
    "where": "a choice: only the branch that is taken gets the adjoint",
}


def describe_rule(operation: Operation) -> str:
    return RULE_WORDS.get(operation.name) or f"the derivative of {operation.name}, from the table"
