"""Pictures of a graph, all drawn from one neutral figure.

| module                   | idea                                                         |
|--------------------------|--------------------------------------------------------------|
| figure                   | what all pictures show: boxes and arrows as texts            |
| dot, mermaid, svg        | a format each; svg is laid out here                          |
| layers, layout, curves   | where boxes, arrows and labels stand                         |
| html                     | the page, with page.js and page.css                          |
| plot, axes, contours     | a run of minimize                                            |
"""
