"""Contracts: variants of a supergraph by tags."""

from gateway.schema.composition.contract.apply import apply_contract
from gateway.schema.composition.contract.derive import derive_contract
from gateway.schema.composition.contract.model import Contract

__all__ = ["Contract", "apply_contract", "derive_contract"]
