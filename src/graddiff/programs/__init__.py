"""Programs that compute a value and a gradient, in the languages and frameworks of courses.

| module                   | idea                                                         |
|--------------------------|--------------------------------------------------------------|
| languages/               | what each language calls the operations, as data             |
| code_writer              | formulas in such a language                                  |
| reverse                  | Python, NumPy and C, with both passes written out            |
| frameworks               | PyTorch and JAX, which differentiate themselves              |
| javascript               | both passes for the page                                     |
"""
