"""How a field is asked of several members: with what is needed to join their answers, and with places of their own in pages."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from graphql import InterfaceTypeDefinitionNode, ObjectTypeDefinitionNode, value_from_ast_untyped

from gateway.resolvers.subgraph_client.partitions.joints import (
    GroupJoint,
    Joint,
    ListJoint,
    ObjectJoint,
    Sorting,
    ValueJoint,
)
from gateway.resolvers.subgraph_client.partitions.pages import CURSOR, EDGES, NODE, PAGE, PageJoint, PageVariables
from gateway.resolvers.subgraph_client.partitions.rules import GatherRule, PartitionRules, Strategy
from gateway.schema.selection import Argument, Field, InlineFragment, SelectionSet
from gateway.schema.supergraph import SubgraphView, Supergraph
from gateway.types import FieldName, ResponseKey, TypeName

FIRST = ValueJoint(Strategy.FIRST)
SUM = ValueJoint(Strategy.SUM)
BY = "_gather_by"
GROUP = "_gather_group"
"""The response keys of what is sorted and grouped by."""

Joints = dict[ResponseKey, Joint]


class Rewriter:
    """Rewrites one part of a request. ``pages`` are the connections met on the way; ``number`` tells their variables from other parts'."""

    def __init__(self, supergraph: Supergraph, view: SubgraphView, rules: PartitionRules, number: int) -> None:
        self._supergraph, self._view, self._rules, self._number = supergraph, view, rules, number
        self.pages: list[PageVariables] = []

    def field(self, parent: TypeName, field: Field) -> tuple[Field, Joint]:
        """A field as several members are asked for it, and what joins their answers."""
        declared = self._view.types[parent].fields.get(field.name) if parent in self._view.types else None
        if declared is None:
            return field, FIRST
        rule = self._rules.gather(parent, field.name, declared.type_name)
        if rule is None:
            return field, SUM if field.name == "totalCount" else FIRST
        match rule.strategy:
            case Strategy.CONCAT:
                return self._concat(parent, field, rule)
            case Strategy.CONNECTION:
                return self._connection(parent, declared.type_name, field, rule)
            case Strategy.GROUP:
                selections, joints = self._children(declared.type_name, field.selections)
                group = nested(rule.group, GROUP)
                return replace(field, selections=(*selections, group)), GroupJoint((GROUP, *rule.group[1:]), joints)
            case Strategy.FIELDS:
                selections, joints = self._children(declared.type_name, field.selections)
                return replace(field, selections=selections), ObjectJoint(joints)
        return field, ValueJoint(rule.strategy)

    def entity_selections(self, selections: SelectionSet) -> SelectionSet:
        """What several members are asked of entities, of whatever types."""
        return self._children("", selections)[0]

    def entity_joint(self, type_name: TypeName, selections: SelectionSet) -> ObjectJoint:
        """What joins the entities of one type."""
        view = self._view.types.get(type_name)
        names = {None, type_name, *(view.interfaces if view else ())}
        mine = tuple(
            each for each in selections if not isinstance(each, InlineFragment) or each.type_condition in names
        )
        return ObjectJoint(
            Rewriter(self._supergraph, self._view, self._rules, self._number)._children(type_name, mine)[1]
        )

    def _children(self, parent: TypeName, selections: SelectionSet) -> tuple[SelectionSet, Joints]:
        rewritten: list[Field | InlineFragment] = []
        joints: Joints = {}
        for selection in selections:
            if isinstance(selection, InlineFragment):
                inner, found = self._children(selection.type_condition or parent, selection.selections)
                rewritten.append(replace(selection, selections=inner))
                joints |= found
            else:
                field, joint = self.field(parent, selection)
                rewritten.append(field)
                joints[field.response_key] = joint
        return tuple(rewritten), joints

    def _concat(self, parent: TypeName, field: Field, rule: GatherRule) -> tuple[Field, Joint]:
        sorting = make_sorting(field, rule)
        added = tuple(nested(path, alias) for path, alias in sorting.aliases.items())
        default = self._default(parent, field.name, rule.limit) if rule.limit else None
        return replace(field, selections=(*field.selections, *added)), ListJoint(sorting, rule.limit, default)

    def _connection(self, parent: TypeName, type_name: TypeName, field: Field, rule: GatherRule) -> tuple[Field, Joint]:
        sorting = make_sorting(field, rule)
        number = len(self.pages)
        names = (f"_after_{self._number}_{number}", f"_before_{self._number}_{number}")
        page = PageVariables(field, *names, shared=rule.shared_cursors)
        inside = tuple(flatten(field.selections))
        lists: dict[ResponseKey, frozenset[ResponseKey]] = {}
        infos: dict[ResponseKey, dict[ResponseKey, FieldName]] = {}
        for each in inside:
            below = tuple(flatten(each.selections))
            if each.name in ("edges", "nodes"):
                cursors = frozenset(f.response_key for f in below if f.name == "cursor" and each.name == "edges")
                lists[each.response_key] = lists.get(each.response_key, frozenset()) | cursors
            elif each.name == "pageInfo":
                infos.setdefault(each.response_key, {}).update((f.response_key, f.name) for f in below)
        joints = self._children(
            type_name, tuple(each for each in inside if each.name not in ("edges", "nodes", "pageInfo"))
        )[1]
        joint = PageJoint(sorting, page, lists, infos, joints, self._default(parent, field.name, "first"))
        if not (lists or infos):  # What is left, such as totalCount, is of the whole list.
            whole = tuple(each for each in field.arguments if page.shared or each.name not in ("after", "before"))
            return replace(field, arguments=whole), joint
        self.pages.append(page)
        arguments = field.arguments if page.shared else tuple(map(self._place(page), field.arguments))
        return replace(field, arguments=arguments, selections=(*field.selections, *page_fields(sorting))), joint

    @staticmethod
    def _place(page: PageVariables) -> Any:
        names = {"after": page.after, "before": page.before}

        def replaced(argument: Argument) -> Argument:
            name = names.get(argument.name)
            return argument if name is None else Argument(argument.name, f"${name}", (name,))

        return replaced

    def _default(self, parent: TypeName, name: FieldName, argument: str) -> Any:
        """The default value of a field's argument."""
        for definition in self._supergraph.document.definitions:
            if (
                isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode)
                and definition.name.value == parent
            ):
                for field in definition.fields or ():
                    for each in field.arguments or ():
                        if (field.name.value, each.name.value) == (name, argument) and each.default_value:
                            return value_from_ast_untyped(each.default_value)
        return None


def make_sorting(field: Field, rule: GatherRule) -> Sorting:
    """How a list is sorted, and where what it is sorted by is found."""
    paths = dict.fromkeys(key.path for order in rule.orders for key in order.keys)
    return Sorting(field, rule.orders, {path: f"{BY}_{number}" for number, path in enumerate(paths)})


def page_fields(sorting: Sorting) -> Iterator[Field]:
    """What every member is asked of a page beside what the client wants."""
    by = tuple(nested(path, alias) for path, alias in sorting.aliases.items()) or (Field("__typename"),)
    yield Field("edges", EDGES, selections=(Field("cursor", CURSOR), Field("node", NODE, selections=by)))
    yield Field("pageInfo", PAGE, selections=(Field("hasNextPage"), Field("hasPreviousPage")))


def nested(path: tuple[FieldName, ...], alias: ResponseKey) -> Field:
    """The field at the end of a path, asked for under another response key."""
    inner: SelectionSet = ()
    for name in reversed(path[1:]):
        inner = (Field(name, selections=inner),)
    return Field(path[0], alias, selections=inner)


def flatten(selections: Iterable[Field | InlineFragment]) -> Iterator[Field]:
    """The fields of selections, those in fragments too."""
    for selection in selections:
        if isinstance(selection, InlineFragment):
            yield from flatten(selection.selections)
        else:
            yield selection
