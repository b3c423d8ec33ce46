"""A selection set as frozen data: keys, ``@requires``, plans and operations all speak this one form."""

from dataclasses import dataclass

from gateway.types import FieldName, ResponseKey, TypeName


@dataclass(frozen=True, slots=True, order=True)
class Guard:
    """One condition of ``@include`` or ``@skip``: the selection counts if ``$variable`` equals ``expected``."""

    variable: str
    expected: bool


@dataclass(frozen=True, slots=True, order=True)
class Argument:
    """An argument or a directive's argument.

    ``value`` is GraphQL literal text in canonical form (what graphql-core prints on one line);
    ``variables`` are the variables' names inside it, without ``$``, sorted.
    """

    name: str
    value: str
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Directive:
    """An applied directive other than ``@skip`` and ``@include``, which become guards."""

    name: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field. ``selections`` is empty for a leaf."""

    name: FieldName
    alias: ResponseKey | None = None
    arguments: tuple[Argument, ...] = ()
    guards: tuple[Guard, ...] = ()
    directives: tuple[Directive, ...] = ()
    selections: "SelectionSet" = ()

    @property
    def response_key(self) -> ResponseKey:
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class InlineFragment:
    """An inline fragment; without a type condition it only carries guards or directives."""

    type_condition: TypeName | None
    guards: tuple[Guard, ...] = ()
    directives: tuple[Directive, ...] = ()
    selections: "SelectionSet" = ()


Selection = Field | InlineFragment
SelectionSet = tuple[Selection, ...]
