"""The policy of a part of a fetch, before anything is asked: what directives and settings say of every field in it.

The rules are those that ``@cacheControl`` has in the field. A root field, and a field that leads to objects, may not be kept unless it, or
its type, says so; ``inheritMaxAge`` makes it as its parent is. A leaf is as its parent is, and so is a mere reference: an entity of
which only the key is asked for. Where both a field and its type speak, the stricter one counts. Where something is silent, the answer can be
kept only if the subgraph's ``Cache-Control``, which speaks of the whole answer, says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gateway.resolvers.cache.directives import Directives, Hint
from gateway.resolvers.cache.policy import NOT_KEPT, Policy, strictest
from gateway.resolvers.subgraph_client.caching.rules import SubgraphRules
from gateway.schema.selection import Field, InlineFragment, SelectionSet
from gateway.schema.supergraph import SubgraphView, Supergraph
from gateway.types import TypeName


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a part of a fetch. ``is_whole``: nothing in it is silent."""

    policy: Policy
    is_whole: bool

    def with_headers(self, headers: Policy) -> Policy:
        """The policy of an answer whose headers say this."""
        if headers.max_age is None and not self.is_whole:
            return NOT_KEPT
        return strictest((self.policy, headers))


Found = Iterator[Policy | None]
"""What is found on the way: policies, and None for each silence."""


class PolicyReader:
    """Reads policies for one subgraph."""

    def __init__(
        self, supergraph: Supergraph, view: SubgraphView, directives: Directives, rules: SubgraphRules
    ) -> None:
        self._supergraph, self._view = supergraph, view
        self._directives, self._rules = directives, rules

    def of_entity(self, type_name: TypeName, selections: SelectionSet) -> Said:
        """What is said of one entity's fields."""
        own = self._of_type(type_name)
        return self._join((*self._or_default([own] if own else []), *self._inside(type_name, selections)))

    def of_field(self, parent: TypeName, field: Field) -> Said:
        """What is said of one root field's answer."""
        return self._join(tuple(self._of_field(parent, field, is_root=True)))

    def _join(self, found: tuple[Policy | None, ...]) -> Said:
        stale_times = replace(self._rules.default, max_age=None, private=False)
        policies = [policy for policy in found if policy is not None]
        return Said(strictest((*policies, stale_times)), is_whole=len(policies) == len(found))

    def _inside(self, parent: TypeName, selections: SelectionSet) -> Found:
        for selection in selections:
            if isinstance(selection, InlineFragment):
                yield from self._inside_fragment(parent, selection)
            elif not selection.name.startswith("__"):
                yield from self._of_field(parent, selection, is_root=False)

    def _inside_fragment(self, parent: TypeName, fragment: InlineFragment) -> Found:
        condition = fragment.type_condition or parent
        if condition != parent and (hint := self._of_type(condition)) is not None:
            yield hint.policy
        yield from self._inside(condition, fragment.selections)

    def _of_field(self, parent: TypeName, field: Field, *, is_root: bool) -> Found:
        declared = self._view.types[parent].fields.get(field.name) if parent in self._view.types else None
        if declared is None:
            yield NOT_KEPT
            return
        yield from self._of_place(parent, field, declared.type_name, is_root=is_root)
        if field.selections:
            yield from self._inside(declared.type_name, field.selections)

    def _of_place(self, parent: TypeName, field: Field, type_name: TypeName, *, is_root: bool) -> Found:
        """What the field itself and its type say."""
        coordinate = f"{parent}.{field.name}"
        own = self._of_element(coordinate, self._rules.fields.get(coordinate))
        is_leaf = not field.selections or self._is_reference(type_name, field.selections)
        of_type = None if is_leaf and not is_root else self._of_type(type_name)
        said = [hint for hint in (own, of_type) if hint is not None]
        if not is_root and (is_leaf or any(hint.inherits for hint in said)):
            yield from (hint.policy for hint in said)
        else:
            yield from self._or_default(said)

    def _or_default(self, said: Sequence[Hint]) -> Found:
        """What was said; where that is no lifetime, the default too, and a silence where there is none."""
        yield from (hint.policy for hint in said)
        if all(hint.policy.max_age is None for hint in said):
            yield self._rules.default if self._rules.default.max_age is not None else None

    def _of_type(self, type_name: TypeName) -> Hint | None:
        """What is said of a type; of an interface or union that is silent, what is said of every type that it can be."""
        own = self._of_element(type_name, self._rules.types.get(type_name))
        view = self._view.types.get(type_name)
        if own is not None or view is None or not view.kind.is_abstract:
            return own
        below = [self._of_element(name, self._rules.types.get(name)) for name in view.runtime_types]
        hints = [hint for hint in below if hint is not None]
        if not hints or len(hints) < len(below):
            return None
        return Hint(strictest(hint.policy for hint in hints), inherits=all(hint.inherits for hint in hints))

    def _of_element(self, coordinate: str, setting: Hint | None) -> Hint | None:
        written = self._directives.hint(coordinate, self._view.name)
        if written is None or setting is None:
            return written or setting
        return Hint(strictest((written.policy, setting.policy)), inherits=written.inherits and setting.inherits)

    def _is_reference(self, type_name: TypeName, selections: SelectionSet) -> bool:
        """Whether only key fields of an entity are asked for: they are the referring object's own."""
        view = self._view.types.get(type_name)
        if view is None or not view.keys:
            return False
        names = {field.name for key in view.keys for field in key.selections if isinstance(field, Field)}
        return all(
            isinstance(each, Field) and (each.name == "__typename" or (each.name in names and not each.selections))
            for each in selections
        )
