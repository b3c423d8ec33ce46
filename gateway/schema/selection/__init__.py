"""Selection sets and field sets: one frozen form, read from text and printed to text."""

from gateway.schema.selection.model import Argument, Directive, Field, Guard, InlineFragment, Selection, SelectionSet
from gateway.schema.selection.text import (
    parse_field_set,
    print_selections,
    read_directives,
    read_selections,
    variables_in,
)

__all__ = [
    "Argument",
    "Directive",
    "Field",
    "Guard",
    "InlineFragment",
    "Selection",
    "SelectionSet",
    "parse_field_set",
    "print_selections",
    "read_directives",
    "read_selections",
    "variables_in",
]
