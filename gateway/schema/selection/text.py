"""Selection sets to and from GraphQL text. ``parse_field_set`` and ``print_field_set`` are a pair."""

from collections.abc import Mapping

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql.language.ast import ArgumentNode, BooleanValueNode, SelectionNode

from gateway.schema.selection.model import Argument, Directive, Field, Guard, InlineFragment, Selection, SelectionSet
from gateway.types import FieldName, ResponseKey, TypeName
