"""A line of a graph with everything that a notice about it needs: texts, numbers, conditions."""

from __future__ import annotations

from graddiff.autodiff.domain_errors import format_operand_values
from graddiff.autodiff.one_sided import SlopePair
from graddiff.autodiff.reverse_pass import Graph
from graddiff.errors import Notice, NoticeKind
from graddiff.notation.labels import Labels
from graddiff.notation.style import ATOM
from graddiff.numbers.arithmetic import Number


class NodeContext:
    """A line of a graph; `slots` are the operands through which a derivative flows."""

    def __init__(self, graph: Graph, line: int, labels: Labels) -> None:
        expression = graph.expression
        self.graph, self.line, self.labels = graph, line, labels
        self.operation, self.operands = expression.operations[line], expression.operands[line]
        self.inputs = [graph.values[operand] for operand in self.operands]
        partials = graph.partials[line]
        self.slots = [slot for slot, partial in enumerate(partials) if partial is not None]
        self.span = expression.get_span(line)
        self.text = labels[line]

    @property
    def operand_values(self) -> str:
        """The operands with their values, as in `x+y = -1, y = 2`."""
        names = [self.name_operand(slot) for slot in range(len(self.operands))]
        return format_operand_values(names, self.inputs)

    def name_operand(self, slot: int) -> str:
        """Returns the name of an operand, or its text if it has no name."""
        return self.labels.get_short_term(self.operands[slot]).text

    def format_partial_symbol(self, slot: int) -> str:
        """Returns the symbol of a local partial: `∂(x*y)/∂x`."""
        above = self.labels.get_short_term(self.line)
        below = self.labels.get_short_term(self.operands[slot])
        return f"∂{above.bracket_below(ATOM)}/∂{below.bracket_below(ATOM)}"

    def get_rule_values(self, slot: int) -> dict[str, Number]:
        """Returns the values of the names in the rule of a slot."""
        value = self.graph.values[self.line]
        return self.graph.arithmetic.bind_rule_variables(self.operation, slot, self.inputs, value)

    def get_local_partial(self, slot: int) -> Number:
        """Returns the local partial by an operand."""
        return self.graph.partials[self.line][slot]

    def find_slot(self, column: str) -> int | None:
        """Returns the operand whose derivative is concerned by a condition that holds here, None if
        no condition holds. `column` is the text of the column kink, jump or pole of the table."""
        for condition, conditional_slot in self.operation.parse_conditions(column):
            slot = self.slots[0] if conditional_slot is None else conditional_slot
            if slot in self.slots and self.graph.arithmetic.is_condition_met(
                self.operation, condition, self.get_rule_values(slot)
            ):
                return slot
        return None

    def make_notice(
        self,
        kind: NoticeKind,
        message: str,
        slopes: SlopePair | None = None,
        used_slope: Number | None = None,
    ) -> Notice:
        """Makes a notice that points to the text of this line."""
        return Notice(kind.name, message, self.text, self.span, slopes, used_slope)
