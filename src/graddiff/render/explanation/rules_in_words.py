"""Rules of the table of operations as sentences that a student reads."""

from __future__ import annotations

from graddiff.operations.row import Operation

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
    "pow": "by its base, the derivative of a power has the exponent as a factor and an exponent "
    "lowered by 1; by its exponent, it is the power times the logarithm of the base",
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


def describe_rule(operation: Operation) -> str:
    """Returns the rule of an operation as a sentence without a full stop."""
    words = RULE_WORDS.get(operation.name)
    return words or f"the derivative of {operation.name}, from the table of operations"
