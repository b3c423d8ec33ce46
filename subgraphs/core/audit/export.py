"""Chains of evidence as a text that checks without us: a line of JSON for each seal, for each end of a chain, then for each record."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from subgraphs.core import tables
from subgraphs.core.audit.verification import Found
from subgraphs.kit.evidence import canonical_json, seal_path


def export_lines(found: Found) -> Iterator[str]:
    """The lines, as ``check_evidence.py`` reads them."""
    by_root = {seal.root: seal for seal in found.seals}
    for seal in found.seals:
        yield canonical_json(_seal(seal)).decode()
    for head in found.heads.values():
        yield canonical_json({"end": head.chain, "height": head.height, "sha256": head.sha256}).decode()
    for records in found.chains.values():
        for record in records:
            yield canonical_json(_record(record, found, by_root)).decode()


def _seal(seal: tables.EvidenceSeal) -> dict[str, Any]:
    return {
        "seal": seal.root,
        "sealedOn": seal.sealed_on.isoformat(),
        "previousRoot": seal.previous_root,
        "recordCount": seal.record_count,
    }


def _record(record: tables.Evidence, found: Found, by_root: dict[str, tables.EvidenceSeal]) -> dict[str, Any]:
    line: dict[str, Any] = {
        "chain": record.chain,
        "height": record.height,
        "kind": record.kind.value,
        "recordedAt": record.recorded_at.astimezone(UTC).isoformat(),
        "subject": record.subject,
        "previousSha256": record.previous_sha256,
        "sha256": record.sha256,
        "sealedInRoot": record.sealed_in_root,
    }
    seal = by_root.get(record.sealed_in_root or "")
    if seal is None:
        return line
    under = found.under[seal.root]
    hashes = [each.sha256 for each in under]
    at = under.index(record) + (seal.previous_root is not None)
    return line | {"sealPath": seal_path(hashes, seal.previous_root, at)}
