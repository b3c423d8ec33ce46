"""The usual federation benchmark: four subgraphs, three queries, many gateways, one run."""
