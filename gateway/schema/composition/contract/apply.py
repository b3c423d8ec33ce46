"""Make a contract's variant of a supergraph."""

from graphql import DocumentNode

from gateway.schema.composition.contract.mark import mark_hidden
from gateway.schema.composition.contract.model import Contract
from gateway.schema.composition.contract.reach import hide_unreachable
from gateway.schema.composition.contract.tags import hide_by_tags
from gateway.schema.composition.inaccessible.elements import read_names
from gateway.schema.supergraph import Supergraph
from gateway.schema.supergraph.api_schema import own_definitions


def apply_contract(supergraph: Supergraph, contract: Contract) -> DocumentNode:
    """The supergraph with ``@inaccessible`` on everything that the contract hides. Subgraphs still resolve all of it.

    Whether what is left is a schema is for the rules of ``@inaccessible`` to say.
    """
    definitions = own_definitions(supergraph.document, supergraph.features)
    names = read_names(supergraph.features)
    hidden = hide_by_tags(definitions, contract, names)
    if contract.hide_unreachable:
        hidden |= hide_unreachable(definitions, supergraph.root_types.values(), hidden, contract, names)
    lacks_specification = "inaccessible" not in supergraph.features
    return mark_hidden(supergraph.document, hidden, names, link_specification=bool(hidden) and lacks_specification)
