"""Every command, port, path and variable in deploy/ is one that the programs know."""

import json
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml
from sqlalchemy import MetaData

from gateway.cli import main
from gateway.cli.demo_places import CITIES, DATA_MOMENT, MARKETS
from gateway.settings import Settings
from subgraphs.demo.__main__ import cli as demo_command
from subgraphs.kit.schema import MarketSchema
from subgraphs.kit.serve import serve_command
from tests.deploy.test_deploy import CHART, DEPLOY, VALUES, manifests

IN_THE_IMAGE = "/etc/tongfen/gateway.yaml"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
MARKET = yaml.safe_load((DEPLOY / "compose" / "market.yaml").read_text())
SERVED = {name: service for name, service in MARKET["services"].items() if name not in ("postgres", "seed")}


def parse(command: click.Command, arguments: Sequence[str]) -> dict[str, Any]:
    """What a command makes of its arguments. Raises click.UsageError for those that it does not know."""
    rest = list(arguments)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest[0])
        assert found, rest[0]
        command, rest = found, rest[1:]
    return command.make_context(command.name, rest).params


def instruction(name: str) -> Any:
    found = re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)
    return json.loads(found[-1]) if found[-1].startswith("[") else found[-1]


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "gateway.yaml"
    path.write_text("supergraph: {file: supergraph.graphql}\n")
    return str(path)


def test_the_image_starts_the_gateway(config: str) -> None:
    """Its command is understood, and it listens for others on the port that the image names."""
    assert instruction("ENTRYPOINT") == ["tongfen"]
    command = [config if word == IN_THE_IMAGE else word for word in instruction("CMD")]
    assert config in command
    parsed = parse(main, command)
    assert parsed["host"] == "0.0.0.0"  # noqa: S104  # in a container
    assert int(instruction("EXPOSE")) == Settings(supergraph={"file": "x"}).listen.port  # type: ignore[arg-type]
    assert f"127.0.0.1:{instruction('EXPOSE')}/health/ready" in DOCKERFILE


def test_settings_are_where_the_image_reads_them() -> None:
    """Compose mounts its file there, and the chart its folder."""
    assert f"./gateway.yaml:{IN_THE_IMAGE}:ro" in COMPOSE["services"]["gateway"]["volumes"]
    found = manifests()
    folder = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][0]["mountPath"]
    assert [f"{folder}/{name}" for name in found["ConfigMap"]["data"]] == [IN_THE_IMAGE]


def test_compose_publishes_the_port_of_the_image() -> None:
    """It may be changed at one end only, which is the outside."""
    ports = [port.rpartition(":")[2] for port in COMPOSE["services"]["gateway"]["ports"]]
    assert ports == [instruction("EXPOSE")]


def test_settings_name_the_environment_that_they_get() -> None:
    """Every variable of the settings is in compose's environment and nothing else is; the chart says which its secret needs."""
    named = set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "compose" / "gateway.yaml").read_text()))
    assert named == set(COMPOSE["services"]["gateway"]["environment"])
    text = (CHART / "values.yaml").read_text()
    for name in re.findall(r"\$\{([A-Z]\w+)\}", yaml.safe_dump(VALUES["settings"])):
        assert re.search(rf"# A secret .*{name}", text), name


@pytest.mark.parametrize("service", SERVED)
def test_every_market_is_served_where_its_service_is(service: str) -> None:
    """Its program knows the options; it has a database of its own, which is made; others reach it by the service's name."""
    entrypoint, command = SERVED[service]["entrypoint"], SERVED[service]["command"]
    assert entrypoint[:2] == ["python", "-m"]
    assert import_module(f"{entrypoint[2]}.__main__")
    served = serve_command(service, MarketSchema.__new__(MarketSchema), MetaData(), kind="city")
    parsed = parse(served, [*entrypoint[3:], *command])
    assert parsed["host"] == "0.0.0.0"  # noqa: S104  # in a container
    assert parsed["url"] == f"http://{service}:{parsed['port']}/graphql"
    assert parsed["registry"] == "http://gateway:4000/registry"
    assert parsed["now"].strftime("%Y-%m-%dT%H:%M:%S%z") == DATA_MOMENT
    database = parsed["database"].rpartition("/")[2]
    assert database == service.replace("-", "_")
    assert re.search(rf"\b{database}\b", (DEPLOY / "compose" / "databases.sh").read_text())
    if service.startswith("city"):
        assert parsed["partition"] == service.removeprefix("city-")
    else:
        assert parsed["partition"] == ""


def test_all_markets_and_all_cities_are_there() -> None:
    """Those of the demo: four markets, and eleven members of a fifth. Each starts when its data is there."""
    assert set(SERVED) == {*MARKETS, *(f"city-{partition}" for partition in CITIES)}
    assert {service["healthcheck"]["test"][-1].count("/health/ready") for service in SERVED.values()} == {1}
    for service in SERVED.values():
        assert service["depends_on"] == {"seed": {"condition": "service_completed_successfully"}}


def test_each_database_is_filled_with_its_own_data() -> None:
    """The seed's command is understood, and names for each the database that the market reads."""
    seed = MARKET["services"]["seed"]
    assert seed["entrypoint"][:3] == ["python", "-m", "subgraphs.demo"]
    parsed = parse(demo_command, [*seed["entrypoint"][3:], *seed["command"]])
    given = dict(each.split("=", 1) for each in parsed["databases"])
    read = {name: service["command"][0].removeprefix("--database=") for name, service in SERVED.items()}
    assert given == read


def test_the_commands_of_the_guide_are_understood(config: str) -> None:
    """What docs/deploying.md has typed into containers of the gateway."""
    guide = (DEPLOY.parent / "docs" / "deploying.md").read_text()
    commands = re.findall(r"run --rm -T (?:-e \S+ )*gateway (.+?)(?:\)| >|$)", guide, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert parse(main, [config if word == IN_THE_IMAGE else word for word in command.split()])


def schema_errors(**changed: Any) -> list[str]:
    schema = json.loads((CHART / "values.schema.json").read_text())
    found = jsonschema.Draft7Validator(schema).iter_errors(VALUES | changed)
    return sorted(".".join(map(str, error.absolute_path)) for error in found)


def test_the_chart_s_values_have_a_schema() -> None:
    """It names all of them; what is misspelt, of another kind, or listens to the pod alone is refused before anything is deployed."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert set(VALUES) == set(schema["required"])
    assert schema_errors() == []
    assert schema_errors(replica=3) == [""]
    assert schema_errors(replicas="3") == ["replicas"]
    assert schema_errors(minAvailable="most") == ["minAvailable"]
    listening = VALUES["settings"] | {"listen": {"host": "127.0.0.1", "port": 4000}}
    assert schema_errors(settings=listening) == ["settings.listen.host"]
