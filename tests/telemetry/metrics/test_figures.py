"""Figures are counted, added up over workers, and printed as Prometheus reads them."""

import asyncio
import contextlib
import os
from pathlib import Path

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.resolvers.messages import GraphQLRequest
from gateway.telemetry.metrics.figures import BOUNDS, Figures, add_up
from gateway.telemetry.metrics.names import OperationNames
from gateway.telemetry.metrics.text import print_figures
from gateway.telemetry.metrics.workers import SUFFIX, WorkerFigures, retire, write


def sample(figures: Figures) -> None:
    figures.counter("requests", "Requests.", "status").add(("200",), 2)
    figures.histogram("seconds", "Durations.").observe(0.002)
    figures.gauge("in_flight", "In flight.").add((), 3)


def samples(text: bytes) -> dict[str, float]:
    """Every sample by its name and labels."""
    return {
        f"{found.name}{''.join(f' {name}={value}' for name, value in found.labels.items())}": found.value
        for family in text_string_to_metric_families(text.decode())
        for found in family.samples
    }


def test_figures_are_printed_for_prometheus() -> None:
    """Counters end in ``_total``, buckets hold what is not greater, and the library that Prometheus gives reads all of it."""
    figures = Figures()
    sample(figures)
    text, content_type = print_figures(figures.snapshot(), "")
    found = samples(text)
    assert content_type.startswith("text/plain")
    assert found["tongfen_requests_total status=200"] == 2
    assert found["tongfen_in_flight"] == 3
    assert found["tongfen_seconds_bucket le=0.001"] == 0
    assert found["tongfen_seconds_bucket le=0.0025"] == found["tongfen_seconds_bucket le=+Inf"] == 1
    assert found["tongfen_seconds_sum"] == 0.002


def test_who_asks_for_openmetrics_gets_it() -> None:
    """By the Accept header."""
    text, content_type = print_figures(Figures().snapshot(), "application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert text.endswith(b"# EOF\n")


@pytest.mark.parametrize(
    ("seconds", "bucket"), [(0.0, 0), (0.001, 0), (0.0011, 1), (10.0, len(BOUNDS) - 1), (11.0, len(BOUNDS))]
)
def test_a_duration_falls_into_one_bucket(seconds: float, bucket: int) -> None:
    """A bound belongs to the bucket below it; what is longer than all has the last one."""
    figures = Figures()
    figures.histogram("seconds", "Durations.").observe(seconds)
    ((_, numbers),) = figures.snapshot()[0].rows
    assert [index for index, count in enumerate(numbers[:-1]) if count] == [bucket]


def test_what_is_watched_is_read_when_it_is_asked_for() -> None:
    """A newer owner takes the place of an older one."""
    figures = Figures()
    figures.watch("open", "gauge", "Open.", lambda: [(("a",), 1.0)], "name")
    figures.watch("open", "gauge", "Open.", lambda: [(("b",), 2.0)], "name")
    assert figures.snapshot()[0].rows == [(("b",), [2.0])]


def test_sums_have_the_rows_of_all() -> None:
    """Equal labels are added, others stand beside each other."""
    first, second = Figures(), Figures()
    first.counter("n", "N.", "status").add(("200",))
    second.counter("n", "N.", "status").add(("200",), 4)
    second.counter("n", "N.", "status").add(("500",))
    second.counter("n", "N.", "status").add(("200",), 4)
    third = Figures()
    third.counter("n", "N.", "status").add(("500",), 2)
    (family,) = add_up([first.snapshot(), second.snapshot(), third.snapshot()])
    assert family.rows == [(("200",), [5.0]), (("500",), [2.0])]


def leave(folder: Path, pid: int) -> None:
    """What a worker with this process id leaves."""
    figures = Figures()
    sample(figures)
    write(folder / f"{pid}{SUFFIX}", msgspec.msgpack.encode(figures.snapshot()))


def test_a_scrape_adds_up_the_workers(tmp_path: Path) -> None:
    """Those that have ended included: what they counted stays, what they had does not, so no sum falls at their end."""
    own = Figures()
    sample(own)
    leave(tmp_path, 1)
    leave(tmp_path, 2)
    total = WorkerFigures(own, tmp_path)
    before = samples(print_figures(total.total(), "")[0])
    assert (before["tongfen_requests_total status=200"], before["tongfen_in_flight"]) == (6, 9)
    retire(tmp_path, 1)
    retire(tmp_path, 2)
    after = samples(print_figures(total.total(), "")[0])
    assert (after["tongfen_requests_total status=200"], after["tongfen_in_flight"]) == (6, 3)
    assert after["tongfen_seconds_count"] == 3


def test_a_worker_that_left_nothing_ends_silently(tmp_path: Path) -> None:
    """It may have died at its start."""
    retire(tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


async def test_a_worker_s_last_figures_are_left(tmp_path: Path) -> None:
    """Even those of its last moment, when it ends in peace."""
    figures = Figures()
    counter = figures.counter("n", "N.")
    writing = asyncio.create_task(WorkerFigures(figures, tmp_path).keep_writing())
    await asyncio.sleep(0)
    counter.add()
    writing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await writing
    retire(tmp_path, os.getpid())
    assert samples(print_figures(WorkerFigures(Figures(), tmp_path).total(), "")[0]) == {"tongfen_n_total": 1}


QUERY = "query {name} {{ a }}"


def test_names_of_operations_are_bounded() -> None:
    """The first ones that were answered are told apart; what was refused cannot fill the list."""
    names = OperationNames(2)
    for number in range(10):
        assert names.label(GraphQLRequest(QUERY.format(name=f"Bad{number}")), answered=False) == "other"
    assert names.label(GraphQLRequest(QUERY.format(name="A")), answered=True) == "A"
    assert names.label(GraphQLRequest(QUERY.format(name="B")), answered=True) == "B"
    assert names.label(GraphQLRequest(QUERY.format(name="C")), answered=True) == "other"
    assert names.label(GraphQLRequest(QUERY.format(name="A")), answered=False) == "A"


@pytest.mark.parametrize(
    ("query", "name", "label"),
    [
        ("{ a }", None, "anonymous"),
        ("query { a }", None, "anonymous"),
        ("query Q($x: Int) { a }", None, "Q"),
        ("fragment F on T { a } mutation M { b }", None, "M"),
        ("query Q { a } query R { b }", "R", "R"),
        ("subscription\n  S { a }", None, "S"),
        ("{ query(of: 1) { name } }", None, "anonymous"),
    ],
)
def test_an_operation_is_known_by_its_name(query: str, name: str | None, label: str) -> None:
    """By the name that the request gives, else by the first one in its text."""
    assert OperationNames(9).label(GraphQLRequest(query, operation_name=name), answered=True) == label
