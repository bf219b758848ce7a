"""Views of results: each view is a model, and each format prints it.

| module                   | idea                                                         |
|--------------------------|--------------------------------------------------------------|
| views/                   | models: derivatives beyond the gradient, operations          |
| terminal/, json/, latex  | the formats of a single answer                               |
| explanation/             | both passes, line by line                                    |
| pictures/                | the graph, and a run of minimize, as pictures                |
| reports/                 | graded homework, one file per format                         |
| reference/               | man pages and completion scripts                             |
| axis_steps, markup       | what several of them share                                   |
"""
