"""What commands print of the registry's answers: for people, for programs, and for merge requests."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import click

Format = Literal["text", "json", "markdown"]

FORMAT: Final = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to tell it.",
)

CHANGES: Final = "{ coordinate kind severity message }"
CHECK_FIELDS: Final = f"""{{
  ok composes
  errors {{ code message coordinate subgraphs mend locations {{ subgraph line column }} }}
  hints {{ code message coordinate }}
  changes {CHANGES}
  broken {{ reasons operation {{ id name text count clients {{ name version count lastDay }} }} }}
}}"""
VERSION_FIELDS: Final = "{ environment number kind subgraph author message at digest origin }"
CHANGE_FIELDS: Final = f"{{ outcome waiting version {VERSION_FIELDS} check {CHECK_FIELDS} }}"

SEVERITIES: Final = ("BREAKING", "DANGEROUS", "SAFE")


def print_check(check: Mapping[str, Any], format_: Format) -> None:
    """A check, in one of the formats."""
    if format_ == "json":
        print_json(check)
    elif format_ == "markdown":
        click.echo("\n".join(check_markdown(check)))
    else:
        click.echo("\n".join(check_lines(check)))


def print_change(result: Mapping[str, Any], format_: Format) -> None:
    """What became of a change, in one of the formats."""
    if format_ == "json":
        print_json(result)
        return
    version = result["version"]
    where = f"version {version['number']} of {version['environment']}" if version else "nothing"
    told = {"PUBLISHED": f"Published as {where}.", "UNCHANGED": f"Nothing is new: {where} has it already."}
    click.echo(told.get(result["outcome"], f"Refused. {where.capitalize()} stays as it is."))
    if result["outcome"] != "UNCHANGED":
        print_check(result["check"], format_)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def check_lines(check: Mapping[str, Any]) -> Iterator[str]:
    """A check in lines for people."""
    for error in check["errors"]:
        yield f"error {error['code']} {error['coordinate']}".rstrip()
        yield f"  {error['message']}"
        yield from (f"  at {one['subgraph']} {one['line']}:{one['column']}" for one in error["locations"])
        if error["mend"]:
            yield f"  mend: {error['mend']}"
    if not check["composes"]:
        return
    yield from changes_lines(check["changes"])
    if check["broken"]:
        yield f"{len(check['broken'])} operations that clients have sent would break:"
    for broken in check["broken"]:
        operation = broken["operation"]
        yield f"  {operation['name'] or operation['text'][:60]}, sent {operation['count']} times by {', '.join(clients(operation))}"
        yield from (f"    {reason}" for reason in broken["reasons"])


def check_markdown(check: Mapping[str, Any]) -> Iterator[str]:
    """A check as a comment of a merge request."""
    yield "### Schema check: " + ("passed" if check["ok"] else "failed")
    if check["errors"]:
        yield "\n| Error | Where | What | Mend |\n| --- | --- | --- | --- |"
        for error in check["errors"]:
            cells = (f"`{error['code']}`", f"`{error['coordinate']}`", error["message"], error["mend"])
            yield table_row(cells)
    if not check["composes"]:
        return
    yield from changes_markdown(check["changes"])
    if check["broken"]:
        yield "\n| Operation that would break | Sent | By | Why |\n| --- | --- | --- | --- |"
        for broken in check["broken"]:
            operation = broken["operation"]
            name = f"`{operation['name'] or operation['text'][:60]}`"
            yield table_row((name, str(operation["count"]), ", ".join(clients(operation)), " ".join(broken["reasons"])))


def changes_lines(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Changes of the schema in lines for people."""
    yield counted(changes)
    yield from (f"  {one['severity'].lower():<9} {one['coordinate']}: {one['message']}" for one in changes)


def changes_markdown(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Changes of the schema as a table."""
    yield f"\n{counted(changes)}"
    if changes:
        yield "\n| Change | Where | What |\n| --- | --- | --- |"
        yield from (table_row((one["severity"].lower(), f"`{one['coordinate']}`", one["message"])) for one in changes)


def counted(changes: Sequence[Mapping[str, Any]]) -> str:
    """``2 changes: 1 breaking, 0 dangerous, 1 safe``."""
    counts = (f"{sum(one['severity'] == severity for one in changes)} {severity.lower()}" for severity in SEVERITIES)
    return f"{len(changes)} changes of the schema: {', '.join(counts)}."


def clients(operation: Mapping[str, Any]) -> list[str]:
    """``portal 3.0``."""
    names = (f"{one['name'] or 'a client without a name'} {one['version']}".rstrip() for one in operation["clients"])
    return list(dict.fromkeys(names))


def table_row(cells: Iterable[str]) -> str:
    """A row of a Markdown table: nothing in a cell can end it."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns, as wide as they must be."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
