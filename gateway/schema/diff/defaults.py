"""A default value as text that is equal for equal values."""

from graphql import GraphQLArgument, GraphQLInputField, print_ast
from graphql.utilities import get_default_value_ast
from graphql.utilities.sort_value_node import sort_value_node


def print_default(value: GraphQLArgument | GraphQLInputField) -> str | None:
    """The default of an argument or input field as a literal with sorted object fields, or None if it has none."""
    literal = get_default_value_ast(value)
    return None if literal is None else print_ast(sort_value_node(literal))
