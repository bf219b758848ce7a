"""What a row of the table of operations holds, and how it is written."""

from __future__ import annotations


class Operation:
    """One row of the table; two are the same only if they are one."""

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
        """The call as one writes it: `atan2(y, x)`, `max(x, ...)`."""
        shown = list(self.parameters[: self.min_operand_count])
        shown += [
            f"{p}={d}" for p, d in zip(self.parameters[self.min_operand_count :], self.defaults)
        ]
        return f"{self.name}({', '.join(shown + ['...'] * self.variadic)})"

    @property
    def notation(self) -> str:
        """The operation as one writes it: `x * y`, `-x`, `sin(x)`, `where(c, x, y)`."""
        if not self.symbol:
            return self.signature
        infix = f" {self.symbol} ".join(self.parameters)
        return infix if len(self.parameters) == 2 else self.symbol + infix

    @property
    def rule_variables(self) -> tuple[str, ...]:
        """What the rules and conditions of this row may speak of."""
        return (*self.parameters, "f", "k") if self.variadic else (*self.parameters, "f")

    @property
    def has_partials(self) -> bool:
        """Whether it has local partials; a comparison has none."""
        return any(self.partials)

    @property
    def conventions(self) -> list[tuple[str, int | None]]:
        """The conditions under which a derivative is a matter of convention, or does not exist."""
        return self.parse_conditions("; ".join([self.kink, self.jump, self.pole]))

    def parse_conditions(self, column: str) -> list[tuple[str, int | None]]:
        """The conditions in a column of this row, each with the slot of the operand that it is about, None for any."""
        parts = [part.partition(" by ") for part in column.split("; ") if part]
        return [
            (condition, self.parameters.index(by) if by else None) for condition, _, by in parts
        ]

    @property
    def min_operand_count(self) -> int:
        return len(self.parameters) - len(self.defaults)

    def get_partial_rule(self, slot: int) -> str:
        """The rule for the operand in a slot; the operands of a variadic operation share one."""
        return self.partials[0 if self.variadic else slot]


def operation(call: str, *partials: str, **columns: str) -> Operation:
    """A row from its call, such as "leaky_relu(x, a=0.01)", the partials and the other columns by name."""
    name, _, inside = call.removesuffix(")").partition("(")
    pairs = [parameter.strip().partition("=") for parameter in inside.split(",") if parameter]
    return Operation(
        name,
        tuple(parameter.removesuffix("...") for parameter, _, _ in pairs),
        partials,
        defaults=tuple(default for _, equals, default in pairs if equals),
        variadic=inside.endswith("..."),
        **columns,
    )
