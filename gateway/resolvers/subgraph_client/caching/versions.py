"""The version of a type in a subgraph: another one after every publish that changes it, so that what was kept before is not found."""

from hashlib import blake2b

from gateway.schema.supergraph import SubgraphView
from gateway.types import TypeName


class Versions:
    """The versions of one subgraph's types, each worked out once."""

    def __init__(self, view: SubgraphView) -> None:
        self._view = view
        self._known: dict[TypeName, str] = {}

    def of(self, types: tuple[TypeName, ...]) -> str:
        """A text that changes when one of these types does, or a type that their fields have."""
        digest = blake2b(digest_size=16)
        for name in sorted(types):
            digest.update(self._version(name).encode())
        return digest.hexdigest()

    def _version(self, name: TypeName) -> str:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._describe(name)
        return found

    def _describe(self, name: TypeName) -> str:
        """All that is known of a type there, and the values of its fields' enums."""
        view = self._view.types.get(name)
        if view is None:
            return name
        fields = [(field.name, field.type) for field in view.fields.values()]
        leaves = {field.type_name for field in view.fields.values()}
        enums = [(leaf, self._view.types[leaf].values) for leaf in sorted(leaves) if leaf in self._view.types]
        return repr((name, view.kind, view.keys, sorted(fields), view.runtime_types, enums))
