"""The formats that the main command writes."""

from __future__ import annotations

DATA_FORMATS = ("csv", "jsonl", "parquet", "arrow")
TEXT_FORMATS = ("tree", "json", "latex", "markdown")
PICTURE_FORMATS = ("dot", "mermaid", "svg", "html")
PROGRAM_FORMATS = ("python", "numpy", "c", "pytorch", "jax")

# The format of a file --output, where no other option names one.
OUTPUT_SUFFIXES = {
    ".txt": "tree",
    ".json": "json",
    ".tex": "latex",
    ".md": "markdown",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".svg": "svg",
    ".html": "html",
    ".py": "python",
    ".c": "c",
}
