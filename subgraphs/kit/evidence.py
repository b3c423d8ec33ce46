"""Evidence that cannot be changed unseen: each record hashes the one before it, each day is sealed under a Merkle root.

A record's hash is SHA-256 over the canonical JSON of everything it says, the hash before it included; a seal's root is a
Merkle tree over the day's hashes, after the root before it. Verifying needs nothing but the records.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any


class ChainFault(StrEnum):
    """What may be wrong with a chain."""

    RECORD_MISSING = "RECORD_MISSING"
    LINK_BROKEN = "LINK_BROKEN"
    RECORD_CHANGED = "RECORD_CHANGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRecord:
    """A record as it was found."""

    chain: str
    height: int
    kind: str
    recorded_at: datetime
    subject: Mapping[str, Any]
    sha256: str
    previous: str | None

    def hashed(self) -> str:
        """The hash that it should have."""
        return record_hash(
            chain=self.chain,
            height=self.height,
            kind=self.kind,
            recorded_at=self.recorded_at,
            subject=self.subject,
            previous=self.previous,
        )


def chain_faults(records: Iterable[ChainRecord]) -> Iterator[tuple[ChainFault, int, str]]:
    """What is wrong with the records of one chain, which come by height: each fault with its height and in words.

    After a record that is missing nothing more is said of the chain.
    """
    previous = None
    for height, record in enumerate(records):
        if record.height != height:
            yield ChainFault.RECORD_MISSING, height, f"{record.chain} has no record at height {height}."
            return
        where = f"The record at height {height} of {record.chain}"
        if record.previous != previous:
            yield ChainFault.LINK_BROKEN, height, f"{where} does not hold the hash of the one before it."
        if record.sha256 != record.hashed():
            yield ChainFault.RECORD_CHANGED, height, f"{where} has another hash than its content."
        previous = record.sha256


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """One way to write a value: keys sorted, no spaces, Chinese as it is, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def record_hash(
    *, chain: str, height: int, kind: str, recorded_at: datetime, subject: Mapping[str, Any], previous: str | None
) -> str:
    """The hash of a record, in hexadecimal; ``previous`` is the hash before it in its chain, ``None`` at height 0."""
    record = {
        "chain": chain,
        "height": height,
        "kind": kind,
        "recordedAt": recorded_at.astimezone(UTC).isoformat(),
        "subject": dict(subject),
        "previousSha256": previous,
    }
    return sha256(canonical_json(record)).hexdigest()


def seal_root(hashes: Sequence[str], previous_root: str | None) -> str:
    """The Merkle root over the root before it and a day's record hashes, in hexadecimal.

    Leaves and nodes are hashed under different first bytes, so that a node cannot pass for a leaf; a node without a
    neighbour goes up as it is. Raises ``ValueError`` where there is nothing to seal.
    """
    if not hashes:
        raise ValueError("A day without records has nothing to seal.")
    return _levels(hashes, previous_root)[-1][0].hex()


def seal_path(hashes: Sequence[str], previous_root: str | None, at: int) -> list[tuple[str, str]]:
    """The way from a leaf up to the root: which side its neighbour stands on (``L`` or ``R``), and the neighbour's hash, level by level.

    ``at`` counts the leaves, of which the root before it is the first where there is one.
    """
    path = []
    for level in _levels(hashes, previous_root)[:-1]:
        neighbour = at ^ 1
        if neighbour < len(level):
            path.append(("L" if neighbour < at else "R", level[neighbour].hex()))
        at //= 2
    return path


def _levels(hashes: Sequence[str], previous_root: str | None) -> list[list[bytes]]:
    """The tree's levels, leaves first, the root last."""
    leaves = [*([previous_root] if previous_root else []), *hashes]
    levels = [[sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in leaves]]
    while len(levels[-1]) > 1:
        level = levels[-1]
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        levels.append([sha256(b"\1" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0] for pair in pairs])
    return levels
