"""Whether the subgraphs answer, and whether they still are what was published."""
