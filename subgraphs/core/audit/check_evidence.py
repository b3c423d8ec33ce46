"""Check an export of the market's evidence. It needs Python and nothing else, and asks nobody.

    python check_evidence.py export.jsonl [--roots published.txt]

Every record is hashed anew and linked to the one before it in its chain, and the way from each sealed record up to its seal's root is
walked. ``published.txt`` has the roots that were published, one a line, oldest first; with it, a seal that was forged afterwards is found.
Prints ``ok`` and what was checked, or the first thing that is wrong. Exit codes: 0 ok, 1 something is wrong, 2 it cannot be read.
"""

import argparse
import json
import sys
from hashlib import sha256
from typing import Any

FIELDS = ("chain", "height", "kind", "recordedAt", "subject", "previousSha256")


Line = dict[str, Any]


class Wrong(Exception):  # noqa: N818 - it says what has happened
    """Something does not fit."""


def record_hash(record: Line) -> str:
    """SHA-256 over the canonical JSON of everything that a record says: keys sorted, no spaces, UTF-8."""
    said = {name: record[name] for name in FIELDS}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def root_above(leaf: str, path: list[tuple[str, str]]) -> str:
    """The root that a leaf's way leads to: leaves are hashed after a zero byte, pairs after a one."""
    node = sha256(b"\0" + bytes.fromhex(leaf)).digest()
    for side, neighbour in path:
        other = bytes.fromhex(neighbour)
        node = sha256(b"\1" + (other + node if side == "L" else node + other)).digest()
    return node.hex()


def check_seals(seals: list[Line], published: list[str]) -> None:
    """Each seal holds the root before it; those that were published are there, in their order."""
    previous = None
    for seal in seals:
        if seal["previousRoot"] != previous:
            raise Wrong(f"the seal of {seal['sealedOn']} does not hold the root of the one before it")
        previous = seal["seal"]
    for number, root in enumerate(published):
        if number >= len(seals) or seals[number]["seal"] != root:
            day = seals[number]["sealedOn"] if number < len(seals) else "a later day"
            raise Wrong(f"the seal of {day} is not the published root {root}")


def check_records(records: list[Line], roots: set[str]) -> dict[str, tuple[int, str]]:
    """Each chain from height 0 on, without a gap; each sealed record under its root."""
    ends: dict[str, tuple[int, str]] = {}
    for record in records:
        chain, height = record["chain"], record["height"]
        where = f"the record at height {height} of {chain}"
        expected, previous = ends.get(chain, (0, None))
        if height != expected:
            raise Wrong(f"{chain} has no record at height {expected}")
        if record["previousSha256"] != previous:
            raise Wrong(f"{where} does not hold the hash of the one before it")
        if record["sha256"] != record_hash(record):
            raise Wrong(f"{where} has another hash than its content")
        root = record["sealedInRoot"]
        if root is not None and (root not in roots or root_above(record["sha256"], record.get("sealPath", [])) != root):
            raise Wrong(f"{where} is not under the seal that it names")
        ends[chain] = height + 1, record["sha256"]
    return ends


def check_ends(ends: dict[str, tuple[int, str]], known: list[Line]) -> None:
    """Each chain goes as far as it is known to have come."""
    for end in known:
        height, digest = ends.get(end["end"], (0, ""))
        if height <= end["height"]:
            raise Wrong(f"{end['end']} has no record at height {height}")
        if (height - 1, digest) != (end["height"], end["sha256"]):
            raise Wrong(f"the record at height {height - 1} of {end['end']} is not the one that the chain ends with")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("export")
    arguments.add_argument("--roots", help="the roots that were published, one a line")
    options = arguments.parse_args()
    try:
        with open(options.export, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file if line.strip()]
        published: list[str] = []
        if options.roots:
            with open(options.roots, encoding="utf-8") as file:
                published = file.read().split()
        seals = [line for line in lines if "seal" in line]
        records = [line for line in lines if "chain" in line]
        check_seals(seals, published)
        ends = check_records(records, {seal["seal"] for seal in seals})
        check_ends(ends, [line for line in lines if "end" in line])
    except Wrong as wrong:
        print(f"wrong: {wrong}")
        return 1
    except (OSError, ValueError, KeyError) as error:
        print(f"cannot be read: {error!r}", file=sys.stderr)
        return 2
    sealed = sum(record["sealedInRoot"] is not None for record in records)
    print(f"ok: {len(records)} records in {len(ends)} chains, {sealed} of them sealed, {len(seals)} seals")
    return 0


if __name__ == "__main__":
    sys.exit(main())
