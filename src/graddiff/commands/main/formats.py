"""The formats that the main command writes."""

from __future__ import annotations

DATA_FORMATS = ("csv", "jsonl", "parquet", "arrow")
TEXT_FORMATS = ("tree", "json", "latex", "markdown")

# Each picture with the function that renders it, below graddiff.render.pictures.
PICTURE_FORMATS = {
    "dot": "dot.render_dot",
    "mermaid": "mermaid.render_mermaid",
    "svg": "svg.render_svg_file",
    "html": "html.render_page",
}
# Each language with the function that writes a program in it, below graddiff.programs.
PROGRAM_FORMATS = {
    "python": "reverse.write_python_program",
    "numpy": "reverse.write_numpy_program",
    "c": "reverse.write_c_program",
    "pytorch": "frameworks.write_pytorch_program",
    "jax": "frameworks.write_jax_program",
}

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
