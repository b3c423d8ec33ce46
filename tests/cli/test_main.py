"""The command's own manners: help, version, exit codes."""

import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.cli import CommandGroup, main
from gateway.errors import SettingsError

ROOT = Path(__file__).parents[2]


@click.command("fail")
@click.option("--port", type=int)
def fail_command(port: int | None) -> None:
    if port is None:
        raise SettingsError("listen.prot: there is no such key.")
    raise ZeroDivisionError


FAILING = CommandGroup("tongfen", commands=[fail_command])


def test_a_known_failure_is_one_line() -> None:
    """A TongfenError is its message on standard error and exit code 1."""
    result = CliRunner().invoke(FAILING, ["fail"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: listen.prot: there is no such key.\n"


def test_wrong_use_has_its_own_exit_code() -> None:
    """An unknown option or a value that does not fit is exit code 2."""
    assert CliRunner().invoke(FAILING, ["fail", "--prot", "1"]).exit_code == 2
    assert CliRunner().invoke(FAILING, ["fail", "--port", "x"]).exit_code == 2


def test_a_fault_of_ours_is_not_hidden() -> None:
    """Any other exception goes through: it is a bug and its trace is needed."""
    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(FAILING, ["fail", "--port", "1"], catch_exceptions=False)


def test_every_command_is_registered_under_its_file_name() -> None:
    """``gateway/cli/NAME.py`` with a ``NAME_command`` is the command NAME, and each has a help text of its own."""
    files = {
        path.stem
        for path in (ROOT / "gateway" / "cli").glob("*.py")
        if f"def {path.stem}_command(" in path.read_text(encoding="utf-8")
    }
    context = click.Context(main)
    commands = [main.get_command(context, name) for name in main.list_commands(context)]
    assert {command.name for command in commands if command} == files
    assert all(command and command.help for command in commands)


def test_the_version_is_the_distribution_s() -> None:
    """``--version`` says what pyproject.toml says."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert CliRunner().invoke(main, ["--version"]).stdout == f"tongfen, version {version}\n"


def test_the_package_is_the_command() -> None:
    """``python -m gateway`` runs the command under its name."""
    result = subprocess.run([sys.executable, "-m", "gateway", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0
    assert result.stdout.startswith("Usage: tongfen ")
