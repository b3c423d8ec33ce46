"""Derive a variant of a supergraph by a contract, or say why there is none."""

from gateway.schema.composition.contract.apply import apply_contract
from gateway.schema.composition.contract.model import Contract
from gateway.schema.composition.inaccessible import check_inaccessible
from gateway.schema.composition.result import CompositionResult
from gateway.schema.supergraph import Supergraph, read_supergraph


def derive_contract(supergraph: Supergraph, contract: Contract) -> CompositionResult:
    """The variant as a supergraph of its own, or every reason why what is left for clients is no schema.

    What could be answered before can be answered still, so nothing else is to be proven.
    """
    document = apply_contract(supergraph, contract)
    if errors := check_inaccessible(document):
        return CompositionResult(errors=errors)
    return CompositionResult(read_supergraph(document))
