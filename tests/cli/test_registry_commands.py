"""The registry by commands: what is typed, what is printed, and the exit codes."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.registry.gateways import Gateway, gateway, registry_settings
from tests.registry.markets import CITY, CONFLICTING, HEALTH, WITHOUT_TITLE


@dataclass
class Shell:
    """Types commands at a running gateway."""

    gateway: Gateway
    folder: Path
    token: str = ""

    async def type(self, *arguments: str, **environment: str) -> Result:
        registry = str(self.gateway.client._build_url("/registry"))
        variables = {"TONGFEN_REGISTRY": registry, "TONGFEN_TOKEN": self.token, **environment}
        return await asyncio.to_thread(CliRunner().invoke, main, list(arguments), env=variables)

    async def succeed(self, *arguments: str) -> str:
        result = await self.type(*arguments)
        assert result.exit_code == 0, result.output
        return result.output

    async def json(self, *arguments: str) -> Any:
        return json.loads((await self.type(*arguments, "--format", "json")).stdout)

    def file(self, name: str, sdl: str) -> str:
        path = self.folder / f"{name}.graphql"
        path.write_text(sdl, encoding="utf-8")
        return str(path)

    async def publish(self, name: str, sdl: str, *options: str) -> Result:
        file = self.file(name, sdl)
        return await self.type("subgraph", "publish", name, "--url", "http://127.0.0.1:1/", "--schema", file, *options)


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    """A shell whose user is the administrator, made by the first command."""
    url = f"sqlite+aiosqlite:///{tmp_path}/registry.db"
    config = tmp_path / "gateway.yaml"
    config.write_text(f"supergraph: {{registry: production}}\nregistry: {{database: '{url}'}}\n", encoding="utf-8")
    made = await asyncio.to_thread(CliRunner().invoke, main, ["registry", "init", "--config", str(config)])
    assert made.exit_code == 0, made.output
    async with gateway(registry_settings(tmp_path, url)) as running:
        yield Shell(running, tmp_path, made.stdout.strip())


async def test_the_first_token_is_made_once(shell: Shell) -> None:
    """A second init is refused: it would let anybody in who reaches the settings."""
    again = await shell.type("registry", "init", "--config", str(shell.folder / "gateway.yaml"))
    assert again.exit_code == 1
    assert "has tokens already" in again.stderr
    assert (await shell.type("registry", "init")).exit_code == 2


async def test_a_subgraph_is_published(shell: Shell) -> None:
    """0 and the version; the same again is unchanged; JSON for programs."""
    assert "Published as version 1 of production." in (await shell.publish("city", CITY, "--message", "first")).stdout
    assert "Nothing is new" in (await shell.publish("city", CITY)).stdout
    result = await shell.publish("healthcare", HEALTH, "--format", "json")
    told = json.loads(result.stdout)
    assert (told["outcome"], told["version"]["number"], told["check"]["changes"][0]["coordinate"]) == (
        "PUBLISHED",
        2,
        "Achievement.indication",
    )


async def test_a_refusal_is_exit_code_1(shell: Shell) -> None:
    """With code, coordinate, place and mend of each error."""
    await shell.publish("city", CITY)
    refused = await shell.publish("healthcare", CONFLICTING)
    assert refused.exit_code == 1
    assert "Refused. Version 1 of production stays as it is." in refused.stdout
    assert "error INVALID_FIELD_SHARING Achievement.title" in refused.stdout
    assert "at healthcare 2:47" in refused.stdout
    assert "mend: " in refused.stdout


async def test_a_check_says_what_publishing_would_do(shell: Shell) -> None:
    """0 or 1, in three forms; --strict fails on what breaks nobody known."""
    await shell.publish("city", CITY)
    good = shell.file("good", HEALTH)
    passed = await shell.type("subgraph", "check", "healthcare", "--url", "http://127.0.0.1:1/", "--schema", good)
    assert (passed.exit_code, "1 changes of the schema: 0 breaking, 0 dangerous, 1 safe." in passed.stdout) == (0, True)
    breaking = ("subgraph", "check", "city", "--schema", shell.file("breaking", WITHOUT_TITLE))
    assert (await shell.type(*breaking)).exit_code == 0
    assert (await shell.type(*breaking, "--strict")).exit_code == 1
    bad = ("subgraph", "check", "health", "--url", "http://127.0.0.1:1/", "--schema", shell.file("bad", CONFLICTING))
    failed = await shell.type(*bad, "--format", "markdown")
    assert failed.exit_code == 1
    assert failed.stdout.startswith("### Schema check: failed\n")
    assert "| `INVALID_FIELD_SHARING` | `Achievement.title` |" in failed.stdout
    assert (await shell.json(*bad))["ok"] is False
    assert len(await shell.json("supergraph", "history")) == 1


async def test_who_would_be_broken_is_told(shell: Shell) -> None:
    """The operation, how often it came, and from whom."""
    await shell.publish("city", CITY)
    await shell.gateway.until("{ __typename }", {"data": {"__typename": "Query"}})
    await shell.gateway.query(
        "query Detail { achievement(id: 5) { title } }",
        apollographql_client_name="portal",
        apollographql_client_version="3.0",
    )
    refused = await shell.publish("city", WITHOUT_TITLE)
    assert refused.exit_code == 1
    assert "Detail, sent 1 times by portal 3.0" in refused.stdout
    markdown = await shell.type(
        "subgraph", "check", "city", "--schema", str(shell.folder / "city.graphql"), "--format", "markdown"
    )
    assert "| `Detail` | 1 | portal 3.0 | " in markdown.stdout
    assert (await shell.publish("city", WITHOUT_TITLE, "--force")).exit_code == 0


async def test_versions_are_listed_brought_back_and_downloaded(shell: Shell) -> None:
    """``supergraph history``, ``rollback``, ``download`` and ``promote``."""
    await shell.publish("city", CITY, "--message", "first")
    await shell.publish("healthcare", HEALTH)
    assert "Version 3 of production is what version 1 was." in await shell.succeed("supergraph", "rollback", "1")
    history = await shell.succeed("supergraph", "history")
    assert [line.split()[0] for line in history.splitlines()] == ["VERSION", "3", "2", "1"]
    assert "rollback  production:1" in history
    shown = await shell.succeed("supergraph", "show", "2")
    assert shown.splitlines()[0].endswith(": publish healthcare")
    assert "safe      Achievement.indication" in shown
    assert (await shell.json("supergraph", "show", "1"))["info"]["message"] == "first"
    first = await shell.succeed("supergraph", "download", "--version", "1")
    await shell.succeed("supergraph", "download", "--output", str(shell.folder / "out.graphql"))
    assert (shell.folder / "out.graphql").read_text(encoding="utf-8") == first
    assert "Published as version 1 of staging." in await shell.succeed("supergraph", "promote", "production", "staging")
    staged = await shell.succeed("supergraph", "download", "--environment", "staging")
    assert staged == first
    missing = await shell.type("supergraph", "rollback", "99")
    assert (missing.exit_code, missing.stderr) == (1, "Error: NOT_FOUND: There is no version 99 in production.\n")


async def test_tokens_are_made_listed_and_revoked(shell: Shell) -> None:
    """The secret alone is on standard output, so that a script can keep it."""
    made = await shell.type(
        "token", "create", "ningbo", "--right", "publish", "--subgraph", "city", "--expires", "2036-01-01"
    )
    secret = made.stdout.strip()
    listed = await shell.succeed("token", "list")
    assert "ningbo  publish  city" in listed
    assert secret.rpartition("_")[2] not in listed
    number = next(one["id"] for one in await shell.json("token", "list") if one["name"] == "ningbo")
    refused = await shell.type(
        "subgraph",
        "publish",
        "carbon",
        "--url",
        "http://127.0.0.1:1/",
        "--schema",
        shell.file("x", CITY),
        TONGFEN_TOKEN=secret,
    )
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: FORBIDDEN: The token ningbo is for city, not for carbon.\n",
    )
    await shell.succeed("token", "revoke", number)
    assert "revoked" in await shell.succeed("token", "list")


async def test_subgraphs_and_members_are_listed(shell: Shell) -> None:
    """A row for each server; a member comes and goes."""
    await shell.publish("city", CITY, "--kind", "city")
    assert (await shell.succeed("subgraph", "list")).splitlines()[1].split() == [
        "city",
        "http://127.0.0.1:1/",
        "city",
        "unknown",
    ]
    await shell.succeed("member", "add", "city", "3302", "--url", "http://127.0.0.1:2/", "--url", "http://127.0.0.1:3/")
    assert "city/3302  http://127.0.0.1:2/" in await shell.succeed("subgraph", "list")
    assert (await shell.succeed("member", "list")).splitlines()[1].split() == [
        "city",
        "3302",
        "http://127.0.0.1:2/",
        "http://127.0.0.1:3/",
        "unknown",
    ]
    assert await shell.json("member", "list", "healthcare") == []
    await shell.succeed("member", "remove", "city", "3302")
    assert "3302" not in await shell.succeed("subgraph", "list")
    await shell.publish("healthcare", HEALTH)
    assert "Published as version 5" in await shell.succeed("subgraph", "remove", "healthcare")


async def test_the_members_of_settings_are_listed(shell: Shell) -> None:
    """Without a registry."""
    config = shell.folder / "members.yaml"
    config.write_text(
        "supergraph: {file: a.graphql}\n"
        "traffic: {subgraphs: {city: {members: {3301: {urls: ['http://127.0.0.1:1/']}}}}}\n",
        encoding="utf-8",
    )
    found = await shell.json("member", "list", "--config", str(config))
    assert found == [{"subgraph": "city", "partition": "3301", "urls": ["http://127.0.0.1:1/"], "health": "unknown"}]


async def test_a_member_that_contradicts_its_subgraph_is_refused(shell: Shell) -> None:
    """With composition's code, and exit code 1."""
    await shell.publish("city", CITY)
    other = shell.file("other", CITY.replace("title: String", "title: Int"))
    refused = await shell.type("member", "add", "city", "3302", "--url", "http://127.0.0.1:2/", "--schema", other)
    assert refused.exit_code == 1
    assert "FIELD_TYPE_MISMATCH" in refused.stdout


async def test_the_audit_log_is_verified(shell: Shell) -> None:
    """All entries, and the last one's hash to be kept elsewhere."""
    await shell.publish("city", CITY)
    assert "All 2 entries are as they were written." in await shell.succeed("registry", "verify")


async def test_a_registry_that_is_not_there_is_one_message(shell: Shell) -> None:
    """Exit code 1, and what to do."""
    gone = await shell.type("subgraph", "list", "--registry", "http://127.0.0.1:1/registry")
    assert (gone.exit_code, gone.stderr) == (
        1,
        "Error: The registry at http://127.0.0.1:1/registry cannot be reached. Is a gateway with a registry there? (--registry URL)\n",
    )
    other = await shell.type("subgraph", "list", "--registry", str(shell.gateway.client._build_url("/health/live")))
    assert other.exit_code == 1
