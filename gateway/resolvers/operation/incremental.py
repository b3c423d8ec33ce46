"""The directives by which clients ask for an answer in parts; whoever reads an operation adds them to the public schema."""

from typing import Any

from graphql import GraphQLDeferDirective, GraphQLSchema, GraphQLStreamDirective

DIRECTIVES = (GraphQLDeferDirective, GraphQLStreamDirective)


def with_incremental_directives(schema: GraphQLSchema) -> GraphQLSchema:
    """The public schema with ``@defer`` and ``@stream``, as clients may use them and see them by introspection."""
    known = {directive.name for directive in schema.directives}
    added = tuple(directive for directive in DIRECTIVES if directive.name not in known)
    arguments: dict[str, Any] = {**schema.to_kwargs(), "directives": (*schema.directives, *added)}
    arguments["assume_valid"] = True
    return GraphQLSchema(**arguments)
