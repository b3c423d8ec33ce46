"""Who may act: by a token that counts, with a scope, for the organisation that it names."""

import json
from pathlib import Path

import click
import jwt
import pytest

from subgraphs.kit.actor import ANSWER, BROKER, NOBODY, OPERATE, PUBLISH, Actor, Permit, check_actor, scopes
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.tokens import KEYS, Tokens, read_tokens
from tests.subgraphs.signing import OTHER_KEY, sign, write_keys

OURS, THEIRS = "91330113DM6YRNH131", "91330113DM6YRNH132"


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens.read(write_keys(tmp_path / "keys.json"))


def test_a_token_that_counts_says_who_acts(tokens: Tokens) -> None:
    """Subject, scopes, organisation and broker."""
    token = sign("ann", f"{PUBLISH} {ANSWER}", organization=OURS, broker="330300-B-0001")
    expected = Actor("ann", frozenset({PUBLISH, ANSWER}), OURS, "330300-B-0001")
    assert tokens.actor({"authorization": f"Bearer {token}"}) == expected


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer nonsense",
        f"Basic {sign('ann')}",
        f"Bearer {sign('ann', key=OTHER_KEY)}",
        f"Bearer {sign('ann', lives=-1)}",
        f"Bearer {jwt.encode({'sub': 'ann', 'exp': 1 << 33}, 'x' * 32, 'HS256', headers={'kid': 'k'})}",
        f"Bearer {jwt.encode({'sub': 'ann', 'exp': 1 << 33}, None, 'none', headers={'kid': 'k'})}",
        f"Bearer {sign('ann')[:-3]}",
    ],
)
def test_a_token_that_does_not_count_is_nobodys(tokens: Tokens, header: str) -> None:
    """Missing, of another scheme or key, ended, unsigned, or bent."""
    assert tokens.actor({"authorization": header}) == NOBODY


@pytest.mark.parametrize(
    ("actor", "permits", "refused"),
    [
        (None, (), None),
        (NOBODY, (Permit(PUBLISH),), ErrorCode.NOT_SIGNED_IN),
        (Actor("a", frozenset({PUBLISH})), (Permit(PUBLISH),), None),
        (Actor("a", frozenset({ANSWER})), (Permit(PUBLISH),), ErrorCode.NOT_ALLOWED),
        (Actor("a", frozenset({PUBLISH}), OURS), (Permit(PUBLISH, organization=OURS),), None),
        (Actor("a", frozenset({PUBLISH}), THEIRS), (Permit(PUBLISH, organization=OURS),), ErrorCode.NOT_ALLOWED),
        (Actor("a", frozenset({PUBLISH})), (Permit(PUBLISH, organization=OURS),), ErrorCode.NOT_ALLOWED),
        (Actor("a", frozenset({BROKER}), broker="1"), (Permit(PUBLISH), Permit(BROKER, broker="1")), None),
        (Actor("a", frozenset({BROKER}), broker="2"), (Permit(BROKER, broker="1"),), ErrorCode.NOT_ALLOWED),
        (Actor("a", frozenset({PUBLISH})), (Permit(PUBLISH, subject="b"),), ErrorCode.NOT_ALLOWED),
        (Actor("a", frozenset({OPERATE})), (), None),
        (Actor("a", frozenset({PUBLISH})), (), ErrorCode.NOT_ALLOWED),
    ],
)
def test_who_has_a_permit_may_act(actor: Actor | None, permits: tuple[Permit, ...], refused: ErrorCode | None) -> None:
    """So may the operator, and everybody where nobody is asked."""
    if refused is None:
        check_actor(actor, *permits)
        return
    with pytest.raises(Refusal) as raised:
        check_actor(actor, *permits)
    assert raised.value.code == refused


def test_a_refusal_says_what_it_needs() -> None:
    """Each permit that would do, the operator's too."""
    with pytest.raises(Refusal, match=f"listing:publish of the organisation {OURS} or market:operate"):
        check_actor(Actor("ann"), Permit(PUBLISH, organization=OURS))


def test_a_field_lets_in_each_of_its_scopes_and_the_operator() -> None:
    """As ``@requiresScopes`` has it: any of the inner lists."""
    assert scopes(PUBLISH, BROKER) == [[PUBLISH], [BROKER], [OPERATE]]


def test_keys_come_from_the_file_that_the_environment_names(tmp_path: Path) -> None:
    """Without it nobody is asked; what is no key set is said at the start."""
    assert read_tokens({}) is None
    environment = {KEYS: str(write_keys(tmp_path / "keys.json"))}
    found = read_tokens(environment)
    assert found is not None
    assert found.actor({"authorization": f"Bearer {sign('ann')}"}).subject == "ann"
    for content in ("", "[]", json.dumps({"keys": []})):
        (tmp_path / "keys.json").write_text(content)
        with pytest.raises(click.ClickException, match=KEYS):
            read_tokens(environment)
