"""Print a supergraph document: the opposite of reading it. Equal documents give equal bytes."""

from graphql import DocumentNode, print_ast


def print_supergraph(document: DocumentNode) -> str:
    """The supergraph as SDL, with one line break at its end."""
    return "\n\n".join(print_ast(definition) for definition in document.definitions) + "\n"
