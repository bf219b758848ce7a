"""The prose of the man pages: what click's help texts and the table of operations do not say.

Every constant is a section. A section of several entries is a sequence of pairs: a title, or a term
that is explained, and its text.
"""

from __future__ import annotations

COMMAND_LINE = "differentiate an expression and show its computational graph"
LANGUAGE_LINE = "what an expression may contain"

# graddiff(1)

DRAWING = (
    "The graph is drawn as a tree with the output on top. It shows the value and the adjoint of "
    "every node, and for every edge the local partial: the derivative of the operation above by "
    "this operand, with its other operands held fixed. The adjoint of the node above times the "
    "local partial is what the edge contributes. The adjoint of a node that is used several "
    "times is the sum of its contributions.",
    "If the first word is exactly the name of a command, that command runs. Any other word is an "
    "expression, even if it begins with a minus sign: a word is an option only if it is exactly "
    "one of those listed below. A word after -- is always an expression.",
)

TABLES = (
    (
        "--data",
        "reads CSV with a header, JSON Lines, Parquet or Arrow; CSV and JSON Lines may be "
        "compressed with gzip. For each row of the input it writes a row with the columns of the "
        "input unchanged, then value, gradient.x and so on, then error, which is empty if the "
        "row has an answer. A row without an answer states the reason in its error column, the "
        "other rows are answered, and the exit status is the highest that any row causes. If "
        "FILE is a folder, each of its files is answered, and the answers go into the folder "
        "--output.",
    ),
    (
        "--each",
        "reads one expression per line, or one JSON object per line with the members expression, "
        "at and expect, of which only expression is required. It writes one line for each. With "
        "--value or --gradient, notices and errors go to standard error, each with the number of "
        "the line it belongs to.",
    ),
    (
        "--engine",
        "chooses how rows are answered. rows uses plain Python. columns needs the extra batch "
        "and is many times faster. auto chooses columns if the extra is installed and the table "
        "is large enough. With columns, a row where a number is not finite or a derivative "
        "follows a convention is answered in the same way as a single point; CSV with quoted "
        "fields, and text that is written in another format than it was read in, are answered by "
        "rows. dask needs the extra distributed and hands the files of a folder to workers.",
    ),
)

EXIT_STATUSES = (
    ("0", "Success."),
    (
        "1",
        "A comparison failed: --expect or --verify found a difference, an answer to a homework "
        "is not right, or lint found a problem in a homework.",
    ),
    ("2", "The options are wrong or contradict each other."),
    (
        "3",
        "The expression cannot be read: a syntax error, an unknown function, or a variable "
        "without a value. With check, lint and key: the homework or an answer cannot be read.",
    ),
    ("4", "At this point the expression has no value, or a requested derivative does not exist."),
    ("5", "A file cannot be read or written."),
    ("130", "Interrupted by Ctrl-C."),
    ("141", "The program that reads the output has closed the pipe."),
)

ENVIRONMENT = (
    (
        "NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM",
        "Decide whether to use colour, unless --color does. The first one of them that is set "
        "decides.",
    ),
    ("COLUMNS", "The width of the terminal."),
    ("GRADDIFF_DEBUG", "If it is set, an error prints its traceback above its message."),
)

# graddiff-language(7)

LANGUAGE = (
    (
        "NUMBERS",
        "3, .5, 5. and 1e-3. A number keeps the exact value that is written; rounding begins "
        "when it is computed with.",
    ),
    (
        "OPERATORS",
        "From the lowest to the highest precedence: < <= > >= == != (only in the condition of a "
        "where), + -, * /, the signs - +, and ^, which can be written **. ^ groups from right to "
        "left: -x^2 means -(x^2), 2^3^2 means 2^(3^2), and 2^-1 is allowed.",
    ),
    (
        "PRODUCTS WITHOUT A SIGN",
        "The sign * may be left out if the left factor ends in a number, a ) or a superscript "
        "and the right factor begins with a name or a (: 2x, 2(x+1), 3sin(x), (x+1)(x-1). Such a "
        "product has the same precedence as *, so 1/2x means (1/2)*x. Where / or ^ stands before "
        "it, a notice says how it was read.",
    ),
    (
        "SIGNS FROM WEB PAGES",
        "The signs − · × ÷ ≤ ≥ ≠, superscripts as in x², and π and τ may be used. Names may have "
        "letters of any alphabet.",
    ),
    (
        "STATEMENTS",
        "Statements are separated by ; or by a new line, and # begins a comment. The last "
        "statement is the output; each statement before it defines a name: p = x + y; p*z. A new "
        "line inside brackets or after an operator does not end the statement. A name can be "
        "defined only once.",
    ),
    (
        "FUNCTIONS OF YOUR OWN",
        "h(x) = x^2; f(y) = y + 1; f(h(3)). A function may use the names that are defined before "
        "it, but not itself.",
    ),
)

CONSTANTS_SENTENCE = (
    "If a binding or a definition has the name of a constant, it replaces the constant, and a "
    "notice says so."
)

CONVENTIONS_TITLE = "POINTS WITHOUT AN ORDINARY DERIVATIVE"
CONVENTIONS = (
    "At a kink or a jump the derivative follows the convention that is listed above with the "
    "operation. A notice always says so: it names the node and the value that is used and, if "
    "the kink or jump is the node's own, the slopes on both sides.",
    "The conventions are those of PyTorch, with three exceptions. At the edges of clamp graddiff "
    "uses 0, PyTorch 1. At hypot(0, 0) graddiff uses 0, and in PyTorch the derivative is "
    "undefined. At atan2(0, 0) the derivative is undefined, and PyTorch uses 0.",
    "Where the tangent is vertical, the slope is an infinity. Where a node has a value but no "
    "derivative, the derivative is undefined, and the exit status is 4. An infinity times 0 is "
    "undefined. Local partials are computed only on edges that lead to a requested variable; the "
    "branch that a where does not take has no edge.",
)
