"""Write down an operation that leads to a state: the witness that something cannot be answered."""

from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

from gateway.schema.composition.satisfiability.model import State, Step
from gateway.types import OperationKind

_EXAMPLES: Final = {"Int": "1", "Float": "1.5", "Boolean": "true"}
"""Example values of built-in scalars; every other scalar's is a string."""


_HEAD: Final = 4
_TAIL: Final = 20
"""Of a longer way, only so many levels of its beginning and of its end are shown."""


def print_witness(schema: GraphQLSchema, state: State, step: Step, name: str) -> str:
    """The operation that goes to ``state`` and there by ``step`` to ``name``. Required arguments have example values.

    ``...`` stands where a client would select something more.
    """
    steps = [*_steps_to(state), (state, step, name)]
    lines = [_operation_kind(schema, steps[0][0]).value, *(_print_step(schema, *each) for each in steps)]
    if _has_more(schema, state, step, name):
        lines.append("...")
    if len(lines) > _HEAD + _TAIL:
        lines[_HEAD:-_TAIL] = [f"# {len(lines) - _HEAD - _TAIL:,} levels more\n{'  ' * _HEAD}..."]
    opening = [f"{'  ' * depth}{line} {{" for depth, line in enumerate(lines[:-1])]
    closing = [f"{'  ' * depth}}}" for depth in reversed(range(len(opening)))]
    return "\n".join([*opening, f"{'  ' * len(opening)}{lines[-1]}", *closing])


def _steps_to(state: State) -> list[tuple[State, Step, str]]:
    steps = []
    while state.parent is not None:
        steps.append((state.parent, state.step, state.name))
        state = state.parent
    return steps[::-1]


def _print_step(schema: GraphQLSchema, state: State, step: Step, name: str) -> str:
    if step is Step.TYPE_CONDITION:
        return f"... on {name}"
    return f"{name}{_print_arguments(schema, state, name)}"


def _has_more(schema: GraphQLSchema, state: State, step: Step, name: str) -> bool:
    if step is Step.TYPE_CONDITION:
        return True
    type_ = schema.type_map[state.type]
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)  # noqa: S101  # it has a field
    return is_composite_type(get_named_type(type_.fields[name].type))


def _operation_kind(schema: GraphQLSchema, root: State) -> OperationKind:
    roots = {OperationKind.MUTATION: schema.mutation_type, OperationKind.SUBSCRIPTION: schema.subscription_type}
    return next((kind for kind, type_ in roots.items() if type_ and type_.name == root.type), OperationKind.QUERY)


def _print_arguments(schema: GraphQLSchema, state: State, name: str) -> str:
    type_ = schema.type_map[state.type]
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)  # noqa: S101  # it has a field
    required = {key: value for key, value in type_.fields[name].args.items() if is_required_argument(value)}
    given = ", ".join(f"{key}: {_example(argument.type)}" for key, argument in required.items())
    return f"({given})" if given else ""


def _example(type_: GraphQLInputType) -> str:
    """A literal of an input type, as short as the type allows."""
    if isinstance(type_, GraphQLNonNull):
        return _example(type_.of_type)
    if isinstance(type_, GraphQLList):
        return "[]"
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    if isinstance(type_, GraphQLInputObjectType):
        fields = {name: field for name, field in type_.fields.items() if is_required_input_field(field)}
        if type_.is_one_of:
            fields = dict(list(type_.fields.items())[:1])
        return "{" + ", ".join(f"{name}: {_example(field.type)}" for name, field in fields.items()) + "}"
    return _EXAMPLES.get(get_named_type(type_).name, '"example"')
