"""Settings are read from one file, and every wrong key is told by its name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from gateway.errors import SettingsError
from gateway.settings import Settings, make_settings, read_settings

SOURCE = "supergraph: {file: supergraph.graphql}\n"
DOCUMENTED = Path(__file__).parents[2] / "config" / "gateway.yaml"


def write(folder: Path, text: str) -> Path:
    path = folder / "gateway.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(write(folder, text), environment=environment)
    return caught.value.message.replace(str(folder / "gateway.yaml"), "FILE")


def test_a_source_is_all_that_must_be_given(tmp_path: Path) -> None:
    """With a supergraph alone everything else has its default, and its path counts from the settings' folder."""
    settings = read_settings(write(tmp_path, SOURCE))
    assert settings.supergraph.file == tmp_path / "supergraph.graphql"
    assert settings == Settings(supergraph=settings.supergraph)


def test_settings_cannot_change(tmp_path: Path) -> None:
    """Settings are frozen."""
    settings = read_settings(write(tmp_path, SOURCE))
    with pytest.raises(ValueError, match="frozen"):
        settings.listen.port = 1


REFUSALS = {
    "unknown": (
        "listen: {prot: 4001}\n",
        "listen.prot: there is no such key; did you mean listen.port? (FILE, line 2)",
    ),
    "unlike_any": (
        "zzz: 1\n",
        f"zzz: there is no such key; known here are {', '.join(sorted(Settings.model_fields))}. (FILE, line 2)",
    ),
    "unknown_in_a_mapping": (
        "traffic:\n  subgraphs:\n    city:\n      time_out: 3s\n",
        "traffic.subgraphs.city.time_out: there is no such key; did you mean traffic.subgraphs.city.timeout? (FILE, line 5)",
    ),
    "wrong_type": (
        "listen: {port: high}\n",
        "listen.port: should be a valid integer, unable to parse string as an integer, not 'high'. (FILE, line 2)",
    ),
    "too_high": (
        "listen: {port: 70000}\n",
        "listen.port: should be less than or equal to 65535, not 70000. (FILE, line 2)",
    ),
    "wrong_header": (
        "csrf:\n  required_headers: ['a b']\n",
        "csrf.required_headers[0]: 'a b' is no header name (RFC 9110, section 5.1). (FILE, line 3)",
    ),
    "reserved_header": (
        "traffic:\n  headers: [host]\n",
        "traffic.headers[0].named: host speaks of one connection or one body, and cannot be passed on. (FILE, line 3)",
    ),
    "wrong_pattern": (
        "traffic:\n  headers:\n    - {matching: '('}\n",
        "traffic.headers[0].matching: '(' is no regular expression: missing ), unterminated subpattern at position 0. (FILE, line 4)",
    ),
    "two_rules": (
        "traffic:\n  headers:\n    - {named: a, set: b, value: c}\n",
        "traffic.headers[0]: give exactly one of named, matching, set and remove. (FILE, line 4)",
    ),
    "cookie_to_clients": (
        "traffic:\n  response_headers: [set-cookie]\n",
        "traffic.response_headers[0].named: set-cookie of a subgraph's answer cannot be given to clients. (FILE, line 3)",
    ),
    "wrong_path": (
        "graphql: {path: graphql}\n",
        "graphql.path: write a path such as /graphql, with a slash before it and none after it. (FILE, line 2)",
    ),
    "wrong_url": (
        "traffic: {subgraphs: {city: {url: 'city:4002'}}}\n",
        "traffic.subgraphs.city.url: write a whole address, such as http://127.0.0.1:4001/graphql. (FILE, line 2)",
    ),
    "wrong_level": (
        "log: {level: loud}\n",
        "log.level: should be 'debug', 'info', 'warning' or 'error', not 'loud'. (FILE, line 2)",
    ),
    "no_duration": (
        "traffic: {timeout: soon}\n",
        "traffic.timeout: should be a valid number, unable to parse string as a number, not 'soon'. (FILE, line 2)",
    ),
    "twice": ("listen: {port: 1}\nlisten: {port: 2}\n", "listen: given twice (FILE, lines 2 and 3)."),
    "no_value": (
        "log: {level: '${LEVEL}'}\n",
        "log.level: the environment has no LEVEL; set it, or write ${LEVEL:-a default}.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_wrong_key_is_refused_by_name(name: str, tmp_path: Path) -> None:
    """The message names the key, what is wrong, how to mend it, and the line."""
    text, message = REFUSALS[name]
    assert refusal(tmp_path, SOURCE + text) == message


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    """One message has a line for each wrong key."""
    message = refusal(tmp_path, "listen: {prot: 1}\nlog: {level: loud}\n")
    assert [line.split(":")[0] for line in message.splitlines()] == ["supergraph", "listen.prot", "log.level"]


@pytest.mark.parametrize("source", ["{}", "{file: a.graphql, compose: {a: {url: 'http://a'}}}"])
def test_there_is_exactly_one_supergraph(source: str, tmp_path: Path) -> None:
    """Neither source or both is refused."""
    assert (
        refusal(tmp_path, f"supergraph: {source}")
        == "supergraph: give one of file, compose, cdn, uplink and registry under supergraph. (FILE, line 1)"
    )


@pytest.mark.parametrize(
    ("text", "words"), [("a: [", "not YAML"), ("- a", "a mapping of keys, not a list"), ("\x00", "not YAML")]
)
def test_what_is_no_mapping_is_refused(text: str, words: str, tmp_path: Path) -> None:
    """Text that is no YAML mapping is refused with the file's name."""
    message = refusal(tmp_path, text)
    assert message.startswith("FILE: ")
    assert words in message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that cannot be read is named."""
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: the settings cannot be read"):
        read_settings(tmp_path / "nowhere.yaml")


def test_the_environment_fills_references(tmp_path: Path) -> None:
    """``${NAME}`` and ``${NAME:-default}`` are replaced, in numbers too; ``$${`` stands for itself."""
    text = SOURCE + "listen: {port: '${PORT}', host: '${HOST:-::1}'}\ngraphql: {path: '/$${x}'}\n"
    settings = read_settings(write(tmp_path, text), environment={"PORT": "4999"})
    assert (settings.listen.port, settings.listen.host, settings.graphql.path) == (4999, "::1", "/${x}")


@pytest.mark.parametrize(("written", "seconds"), [("500ms", 0.5), ("30s", 30.0), ("1.5m", 90.0), ("7", 7.0)])
def test_durations_have_units(written: str, seconds: float, tmp_path: Path) -> None:
    """A duration is written with its unit; a bare number is seconds."""
    assert read_settings(write(tmp_path, SOURCE + f"traffic: {{timeout: {written}}}")).traffic.timeout == seconds


def test_overrides_lie_over_the_file(tmp_path: Path) -> None:
    """An override replaces its own key and leaves its neighbours."""
    path = write(tmp_path, SOURCE + 'listen: {host: "::1", port: 1}\n')
    assert read_settings(path, overrides={"listen": {"port": 2}}).listen.model_dump() == {"host": "::1", "port": 2}


def test_settings_can_be_made_without_a_file() -> None:
    """Plain data are checked in the same way."""
    with pytest.raises(SettingsError, match=r"^listen\.port: should be greater than or equal to 0, not -1\.$"):
        make_settings({"supergraph": {"file": "a"}, "listen": {"port": -1}}, folder=Path())


def test_the_demo_s_settings_are_valid() -> None:
    """config/demo.yaml can be read, shows plans, and finds its examples."""
    settings = read_settings(DOCUMENTED.with_name("demo.yaml"), environment={})
    assert settings.graphql.expose_query_plan
    assert settings.graphiql.examples == DOCUMENTED.with_name("examples")
    assert list(settings.supergraph.compose) == ["core", "city", "agriculture", "carbon", "healthcare"]


def keys(section: type[BaseModel], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, f"{above}{name}.")
        else:
            yield above + name, field.default


def look_up(data: Any, dotted: str) -> Any:
    for step in dotted.split("."):
        data = data[step]
    return data


def test_the_documented_file_is_valid() -> None:
    """config/gateway.yaml can be read, and differs from the defaults in its supergraph only."""
    settings = read_settings(DOCUMENTED, environment={})
    assert settings == Settings(supergraph=settings.supergraph)


@pytest.mark.parametrize("key", [key for key, _ in keys(Settings)])
def test_the_documented_file_shows_every_key(key: str) -> None:
    """config/gateway.yaml has every key, with a comment on its line or above it."""
    text = DOCUMENTED.read_text(encoding="utf-8")
    look_up(yaml.safe_load(text), key)
    lines = text.splitlines()
    at = next(
        number
        for number, line in enumerate(lines)
        if line.strip().removeprefix("# ").startswith(key.split(".")[-1] + ":")
    )
    assert "#" in lines[at] or lines[at - 1].strip().startswith("#")


REGISTRY = "supergraph: {{registry: production}}\nregistry: {{database: '{}'}}\n"


def test_a_registry_s_file_counts_from_the_settings_folder(tmp_path: Path) -> None:
    """As every path does; a server's address stays as it is."""
    relative = read_settings(write(tmp_path, REGISTRY.format("sqlite+aiosqlite:///data/registry.db")))
    assert relative.registry.database == f"sqlite+aiosqlite:///{tmp_path}/data/registry.db"
    absolute = read_settings(write(tmp_path, REGISTRY.format("sqlite+aiosqlite:////var/registry.db")))
    assert absolute.registry.database == "sqlite+aiosqlite:////var/registry.db"
    server = read_settings(write(tmp_path, REGISTRY.format("postgresql+asyncpg://u:p@db/registry")))
    assert server.registry.database == "postgresql+asyncpg://u:p@db/registry"


@pytest.mark.parametrize("url", ["registry.db", "sqlite:///registry.db", "postgresql://db/registry", "mysql://db/x"])
def test_a_registry_s_database_is_one_of_two_kinds(url: str, tmp_path: Path) -> None:
    """Others are told how to write it."""
    assert "registry.database: write sqlite+aiosqlite:///FILE or postgresql+asyncpg://" in refusal(
        tmp_path, REGISTRY.format(url)
    )


@pytest.mark.parametrize(
    "text",
    ["supergraph: {registry: production}\n", SOURCE + "registry: {database: 'sqlite+aiosqlite:///registry.db'}\n"],
)
def test_a_registry_needs_an_environment_and_a_database(text: str, tmp_path: Path) -> None:
    """One without the other is a mistake."""
    assert "go together: give both" in refusal(tmp_path, text)


def test_a_network_is_checked(tmp_path: Path) -> None:
    """What is none is told by its key."""
    assert refusal(tmp_path, SOURCE + "registry: {networks: [10.0.0.1/8]}\n").startswith("registry.networks[0]: ")
