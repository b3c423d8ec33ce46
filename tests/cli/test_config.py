"""``tongfen config``: what is wrong is told before anything starts."""

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.cli import main
from tests.app.markets import SUPERGRAPH


def write(folder: Path, text: str, supergraph: str = SUPERGRAPH) -> Path:
    (folder / "supergraph.graphql").write_text(supergraph, encoding="utf-8")
    path = folder / "gateway.yaml"
    path.write_text(f"supergraph: {{file: supergraph.graphql}}\n{text}", encoding="utf-8")
    return path


def test_good_settings_are_fine(tmp_path: Path) -> None:
    """Exit code 0, and what the file sets."""
    path = write(tmp_path, "log: {level: debug}\n")
    result = CliRunner().invoke(main, ["config", "check", str(path)])
    assert (result.exit_code, result.stdout) == (
        0,
        f"{path} is fine. It sets log, supergraph; everything else has its default.\n",
    )


def test_every_wrong_key_is_told(tmp_path: Path) -> None:
    """A line for each, with the nearest key that exists, and exit code 1."""
    path = write(tmp_path, "listen: {prot: 1}\nlog: {level: loud}\n")
    result = CliRunner().invoke(main, ["config", "check", str(path)])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"Error: listen.prot: there is no such key; did you mean listen.port? ({path}, line 2)",
        f"log.level: should be 'debug', 'info', 'warning' or 'error', not 'loud'. ({path}, line 3)",
    ]


def test_the_supergraph_is_checked_too(tmp_path: Path) -> None:
    """A file that is none, and a subgraph that it does not have."""
    wrong = write(tmp_path, "", supergraph="type Query {")
    assert "supergraph.graphql: " in CliRunner().invoke(main, ["config", "check", str(wrong)]).stderr
    unknown = write(tmp_path, "traffic: {subgraphs: {town: {timeout: 1s}}}\n")
    assert "traffic.subgraphs.town" in CliRunner().invoke(main, ["config", "check", str(unknown)]).stderr


def test_the_schema_is_json() -> None:
    """Ready to be written to a file."""
    result = CliRunner().invoke(main, ["config", "schema"])
    assert result.exit_code == 0
    assert {"listen", "supergraph", "traffic"} <= json.loads(result.stdout)["properties"].keys()
