"""``tongfen compose``: what it reads, what it writes, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli.compose import compose_command, recompose

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@shareable"])\n'
CITY = LINK + "type Query {\n  area: Int\n}\n"
CARBON = LINK + "type Query {\n  price: Int\n}\n"
CLASH = LINK + "type Query {\n  area: Int\n}\n"


def write(folder: Path, *, carbon: str = CARBON) -> Path:
    """A compose file for two subgraphs, the one as text and the other as a file beside it."""
    (folder / "carbon.graphql").write_text(carbon, encoding="utf-8")
    subgraphs = {
        "city": {"routing_url": "http://city", "schema": {"sdl": CITY}},
        "carbon": {"routing_url": "http://carbon", "schema": {"file": "carbon.graphql"}},
    }
    config = folder / "supergraph.yaml"
    config.write_text(json.dumps({"federation_version": "=2.9.0", "subgraphs": subgraphs}), encoding="utf-8")
    return config


def run(*arguments: object, stdin: str = "") -> Result:
    return CliRunner().invoke(compose_command, [str(argument) for argument in arguments], input=stdin)


def test_the_supergraph_is_written_to_standard_output(tmp_path: Path) -> None:
    """Subgraphs come from the file itself and from files beside it."""
    result = run("--config", write(tmp_path))
    assert result.exit_code == 0
    assert "enum join__Graph" in result.stdout
    assert "http://carbon" in result.stdout
    assert result.stderr == ""


def test_the_supergraph_is_written_to_a_file(tmp_path: Path) -> None:
    """And then not to standard output."""
    output = tmp_path / "supergraph.graphql"
    result = run("--config", write(tmp_path), "--output", output)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "enum join__Graph" in output.read_text(encoding="utf-8")


def test_errors_are_shown_with_their_lines_and_the_exit_code_is_one(tmp_path: Path) -> None:
    """Each place under the name of the file it is in; the last good output stays."""
    output = tmp_path / "supergraph.graphql"
    output.write_text("good", encoding="utf-8")
    result = run("--config", write(tmp_path, carbon=CLASH), "--output", output)
    assert result.exit_code == 1
    assert "error INVALID_FIELD_SHARING Query.area" in result.stderr
    assert "city.graphql:3:3" in result.stderr
    assert "carbon.graphql:3:3\n  3 |   area: Int\n    |   ^^^^" in result.stderr
    assert output.read_text(encoding="utf-8") == "good"


def test_json_holds_every_field_of_an_error(tmp_path: Path) -> None:
    """For programs: code, message, coordinate, subgraphs, locations, mend."""
    result = run("--config", write(tmp_path, carbon=CLASH), "--format", "json")
    answer = json.loads(result.stdout)
    (error,) = answer["errors"]
    assert (result.exit_code, answer["ok"], result.stderr) == (1, False, "")
    assert (error["code"], error["coordinate"]) == ("INVALID_FIELD_SHARING", "Query.area")
    assert {"subgraph": "city", "line": 3, "column": 3} in error["locations"]
    assert error["mend"]


def test_json_holds_the_supergraph(tmp_path: Path) -> None:
    """For programs that need the hints too."""
    result = run("--config", write(tmp_path), "--format", "json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"], answer["hints"]) == (0, True, [])
    assert "enum join__Graph" in answer["supergraph"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("subgraphs: {}", "subgraphs: "),
        ("subgraphs: {city: {schema: {sdl: x}}}", "subgraphs.city: routing_url is missing"),
        ("subgraphs: {city: {routing_url: x, schema: {}}}", "give one of file, sdl and subgraph_url"),
        ("subgraphs: {city: {routing_url: x, schema: {sdl: x, file: y}}}", "give one of file, sdl and subgraph_url"),
        ("subgraphs: {city: {routing_url: x, schema: {graphref: x}}}", "subgraphs.city.schema.graphref"),
        ("- city", "the file: "),
        ("a: b: c", "is not YAML"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_file_is_a_wrong_use(tmp_path: Path, content: str | None, complaint: str) -> None:
    """Exit code 2, and the key that is wrong."""
    config = tmp_path / "supergraph.yaml"
    if content is not None:
        config.write_text(content, encoding="utf-8")
    result = run("--config", config)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_nothing_to_compose_is_a_wrong_use() -> None:
    """Without --config there is nothing to do."""
    assert run().exit_code == 2


def test_a_missing_file_and_a_silent_subgraph_are_errors_of_the_composition(tmp_path: Path) -> None:
    """Both are told, each with the subgraph it is about."""
    subgraphs: dict[str, Any] = {
        "city": {"routing_url": "http://city", "schema": {"file": "nowhere.graphql"}},
        "carbon": {"schema": {"subgraph_url": "http://127.0.0.1:1/graphql"}},
    }
    config = tmp_path / "supergraph.yaml"
    config.write_text(json.dumps({"subgraphs": subgraphs}), encoding="utf-8")
    result = run("--config", config, "--format", "json")
    errors = json.loads(result.stdout)["errors"]
    assert result.exit_code == 1
    assert [(error["code"], error["subgraphs"]) for error in errors] == [
        ("INVALID_GRAPHQL", ["city"]),
        ("DOWNSTREAM_SERVICE_ERROR", ["carbon"]),
    ]


def test_the_errors_of_the_others_are_told_beside_a_missing_file(tmp_path: Path) -> None:
    """One run shows everything that can be shown, and nothing that the missing subgraph might mend."""
    subgraphs: dict[str, Any] = {
        "carbon": {"routing_url": "http://carbon", "schema": {"file": "nowhere.graphql"}},
        "city": {"routing_url": "http://city", "schema": {"sdl": "type City {\n  area: Acres\n}\n"}},
        "core": {"routing_url": "http://core", "schema": {"sdl": "extend type City {\n  id: ID\n}\n"}},
    }
    config = tmp_path / "supergraph.yaml"
    config.write_text(json.dumps({"subgraphs": subgraphs}), encoding="utf-8")
    errors = json.loads(run("--config", config, "--format", "json").stdout)["errors"]
    assert [error["subgraphs"] for error in errors] == [["carbon"], ["city"]]


def test_the_environment_is_read_and_standard_input_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in rover: ``${env.NAME}`` anywhere but in SDL; a name that the environment lacks is a wrong use."""
    text = write(tmp_path).read_text(encoding="utf-8").replace("http://city", "${env.CITY_URL}/graphql")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CITY_URL", raising=False)
    lacking = run("--config", "-", stdin=text)
    assert (lacking.exit_code, "CITY_URL" in lacking.stderr) == (2, True)
    monkeypatch.setenv("CITY_URL", "http://city.example")
    result = run("--config", "-", stdin=text)
    assert result.exit_code == 0
    assert '"http://city.example/graphql"' in result.stdout
    assert run("--config", "-", "--watch", stdin=text).exit_code == 2


def test_a_watcher_composes_again_when_a_source_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once at first, not again for nothing, once for a change; a broken file in between is told and survived."""
    config = write(tmp_path)
    good = config.read_text(encoding="utf-8")

    def ticks() -> Iterator[None]:
        yield
        yield
        config.write_text("subgraphs: {}", encoding="utf-8")
        yield
        config.write_text(good.replace("http://carbon", "http://moved"), encoding="utf-8")
        yield

    recompose(config, None, "sdl", ticks())
    printed = capsys.readouterr()
    assert printed.out.count("http://carbon") == 1
    assert printed.out.count("http://moved") == 1
    assert "subgraphs: " in printed.err


def test_each_line_is_answered_with_a_line() -> None:
    """Hints are given as codes, errors with code and message; the time is told."""
    enum = "enum Unused { A }"
    subgraphs = [{"name": "city", "url": "http://city", "sdl": CITY + enum}]
    clash = [{"name": name, "url": "", "sdl": CLASH} for name in ("city", "carbon")]
    requests = [{"id": "1", "subgraphs": subgraphs}, {"id": "2", "subgraphs": clash}]
    result = run("--json-lines", stdin="\n".join(map(json.dumps, requests)) + "\n\n")
    good, bad = map(json.loads, result.stdout.splitlines())
    assert (result.exit_code, good["ok"], good["hints"], bad["ok"]) == (0, True, ["UNUSED_ENUM_TYPE"], False)
    assert [error["code"] for error in bad["errors"]] == ["INVALID_FIELD_SHARING"]
    assert good["ms"] >= 0


def test_a_line_that_makes_no_sense_does_not_end_the_server() -> None:
    """It is answered as thrown, and the next line is served."""
    good = json.dumps({"subgraphs": [{"name": "city", "url": None, "sdl": CITY}]})
    result = run("--json-lines", stdin=f"nonsense\n{good}\n")
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["ok"], first["threw"], second["ok"]) == (False, True, True)
