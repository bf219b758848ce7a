"""Templates of completion scripts: text of a shell in which @NAME@ stands for a value."""

from __future__ import annotations

from graddiff.operations.table import CONSTANTS, FUNCTIONS

# In bash and zsh: the variables of an expression, one a line with `=` behind it. A name before a
# bracket is a function; functions and constants that stand without one are left out, too.
NAMES_FUNCTION = r"""_graddiff_names() {
    printf '%s\n' "$1" | grep -oE '[[:alpha:]_][[:alnum:]_]*[[:space:]]*[(]?' | grep -v '[(]$' |
        tr -d '[:blank:]' | sort -u | grep -vxE '@KNOWN_NAMES@' | sed 's/$/=/'
}
"""


def fill_template(template: str, **values: str) -> str:
    """Returns the template with @NAME@ replaced by the value of the keyword `name`.

    Two names are always there: names_function, and known_names, the functions and constants as the
    alternatives of a regular expression.
    """
    known = "|".join(sorted(name for name in {*FUNCTIONS, *CONSTANTS} if name.isascii()))
    text = template.replace("@NAMES_FUNCTION@\n", NAMES_FUNCTION).replace("@KNOWN_NAMES@", known)
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", value)
    return text
