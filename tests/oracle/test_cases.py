"""Every case that once went wrong stays right."""

from pathlib import Path

import pytest

from tests.oracle.case import read_case
from tests.oracle.running import check_case

CASES = sorted((Path(__file__).parent / "cases").glob("*.graphql"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_shrunk_failure_stays_mended(path: Path) -> None:
    """Its first lines say what was wrong."""
    failure = check_case(read_case(path))
    assert failure is None, failure


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_survives_being_written(path: Path, tmp_path: Path) -> None:
    """What is printed reads back as the same case."""
    case = read_case(path)
    copy = tmp_path / path.name
    copy.write_text(case.print(), "utf-8")
    assert read_case(copy) == case
