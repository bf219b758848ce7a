"""A row of the table of operations: its columns, and how it is written."""

from __future__ import annotations


class Operation:
    """A row of the table, which explains the columns. Rows are compared by identity."""

    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...] = (),
        partials: tuple[str, ...] = (),
        *,
        meaning: str = "",
        symbol: str = "",
        value: str = "",
        domain: str = "",
        kink: str = "",
        jump: str = "",
        pole: str = "",
        used: str = "",
        parity: str = "",
        sided: str = "",
        defaults: tuple[str, ...] = (),
        variadic: bool = False,
    ) -> None:
        self.name, self.parameters, self.partials = name, parameters, partials
        self.meaning, self.symbol, self.value, self.domain = meaning, symbol, value, domain
        self.kink, self.jump, self.pole, self.used = kink, jump, pole, used
        self.parity, self.sided = parity, sided
        self.defaults, self.variadic = defaults, variadic

    def __repr__(self) -> str:
        return f"<operation {self.signature}>"

    @property
    def signature(self) -> str:
        """The call as one writes it: `atan2(y, x)`, `max(x, ...)`, `leaky_relu(x, a=0.01)`."""
        required = self.parameters[: self.min_operand_count]
        optional = self.parameters[self.min_operand_count :]
        items = [*required, *(f"{name}={value}" for name, value in zip(optional, self.defaults))]
        if self.variadic:
            items.append("...")
        return f"{self.name}({', '.join(items)})"

    @property
    def notation(self) -> str:
        """The operation as one writes it: `x * y`, `-x`, `sin(x)`, `where(c, x, y)`."""
        if not self.symbol:
            return self.signature
        infix = f" {self.symbol} ".join(self.parameters)
        return infix if len(self.parameters) == 2 else self.symbol + infix

    @property
    def rule_variables(self) -> tuple[str, ...]:
        """The names that the rules and conditions of this row may use."""
        return (*self.parameters, "f", "k") if self.variadic else (*self.parameters, "f")

    @property
    def has_partials(self) -> bool:
        """Whether it has local partials; a comparison has none."""
        return any(self.partials)

    @property
    def conventions(self) -> list[tuple[str, int | None]]:
        """The conditions of kinks, jumps and poles: under one of them a derivative follows a
        convention, or does not exist."""
        return self.parse_conditions("; ".join([self.kink, self.jump, self.pole]))

    def parse_conditions(self, column: str) -> list[tuple[str, int | None]]:
        """Returns the conditions in a column of this row, each with the slot of the operand whose
        derivative it is about, None for any."""
        parts = [part.partition(" by ") for part in column.split("; ") if part]
        return [
            (condition, self.parameters.index(by) if by else None) for condition, _, by in parts
        ]

    @property
    def min_operand_count(self) -> int:
        """The number of operands that a call needs at least."""
        return len(self.parameters) - len(self.defaults)

    def get_partial_rule(self, slot: int) -> str:
        """Returns the rule for the operand in a slot; all operands of a variadic operation share
        one rule."""
        return self.partials[0 if self.variadic else slot]


def operation(call: str, *partials: str, **columns: str) -> Operation:
    """Returns a row from its call, such as "leaky_relu(x, a=0.01)", the partials by its operands,
    and the other columns by name."""
    name, _, inside = call.removesuffix(")").partition("(")
    pairs = [parameter.strip().partition("=") for parameter in inside.split(",") if parameter]
    return Operation(
        name,
        tuple(parameter.removesuffix("...") for parameter, _, _ in pairs),
        partials,
        defaults=tuple(default for _, _, default in pairs if default),
        variadic=inside.endswith("..."),
        **columns,
    )
