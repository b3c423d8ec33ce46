"""Evidence: hashes that anybody can recompute, and seals that change with any record."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from subgraphs.kit.evidence import canonical_json, record_hash, seal_root

NOON = datetime(2022, 6, 27, 4, tzinfo=UTC)
HASHES = [sha256(bytes([number])).hexdigest() for number in range(5)]


def test_canonical_json_is_one_way_to_write_a_value() -> None:
    """Keys sorted, no spaces, Chinese unescaped."""
    assert canonical_json({"b": [1, None], "a": "茶"}) == '{"a":"茶","b":[1,null]}'.encode()


def test_a_record_hash_is_sha256_of_its_canonical_json() -> None:
    """Written out in full, so that another program can verify it; the time zone in which a moment is given is no matter."""
    text = (
        '{"chain":"c","height":1,"kind":"PUBLISHED","previousSha256":"00","recordedAt":"2022-06-27T04:00:00+00:00",'
        '"subject":{"title":"茶"}}'
    )
    for moment in (NOON, NOON.astimezone(timezone(timedelta(hours=8)))):
        digest = record_hash(
            chain="c", height=1, kind="PUBLISHED", recorded_at=moment, subject={"title": "茶"}, previous="00"
        )
        assert digest == sha256(text.encode()).hexdigest()


def test_a_seal_depends_on_every_record_their_order_and_the_seal_before() -> None:
    """No two of these days have the same root."""
    days = [HASHES, HASHES[::-1], HASHES[:4], HASHES[:1], [HASHES[0], HASHES[0]]]
    roots = {seal_root(day, previous) for day in days for previous in (None, HASHES[2])}
    assert len(roots) == 10


def test_two_leaves_make_a_node_under_another_first_byte() -> None:
    """The tree written out for a day of two records."""
    leaves = [sha256(b"\0" + bytes.fromhex(digest)).digest() for digest in HASHES[:2]]
    assert seal_root(HASHES[:2], None) == sha256(b"\1" + leaves[0] + leaves[1]).hexdigest()


def test_an_empty_day_cannot_be_sealed() -> None:
    """There is nothing to seal."""
    with pytest.raises(ValueError, match="nothing to seal"):
        seal_root([], HASHES[0])
