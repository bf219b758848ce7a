"""Formulas: derivatives without a point, made, shortened and written.

| module                   | idea                                                         |
|--------------------------|--------------------------------------------------------------|
| node                     | a formula, and the pool in which each exists once            |
| sums, products, powers   | their normal forms, which a pool makes                       |
| identities               | what a pool knows of functions: log(exp(x)) is x             |
| formula_arithmetic       | formulas as numbers, on which both passes run                |
| factoring, rewriting,    | other ways to write a formula                                |
| function_rewrites        |                                                              |
| simplify                 | the search for the shortest way                              |
| printer, typesetting     | texts, with names for what is shared                         |
| derivatives              | gradient, Hessian and higher derivatives as formulas         |
"""
