"""What the pages say about settings is tried."""

import re
from pathlib import Path

import pytest

from gateway.errors import SettingsError
from gateway.settings import read_settings

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = [
    (page, number, text)
    for page in ("settings.md", "running.md", "caching.md", "subscriptions.md", "partitions.md")
    for number, text in enumerate(
        re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL), start=1
    )
]


@pytest.mark.parametrize(("page", "number", "text"), EXAMPLES)
def test_an_example_can_be_read(page: str, number: int, text: str, tmp_path: Path) -> None:
    """Every YAML example in the pages is a settings file that the gateway takes."""
    path = tmp_path / f"{page}-{number}.yaml"
    path.write_text(text, encoding="utf-8")
    source = read_settings(path, environment={}).supergraph
    assert source.file or source.compose or source.cdn or source.registry


def test_there_are_examples() -> None:
    """Each page has some."""
    assert {page for page, _, _ in EXAMPLES} == {
        "settings.md",
        "running.md",
        "caching.md",
        "subscriptions.md",
        "partitions.md",
    }


def test_the_message_of_a_wrong_key_is_as_shown(tmp_path: Path) -> None:
    """The message in docs/settings.md is the real one."""
    (shown,) = re.findall(r"```text\nError: (.*?)\n```", (DOCS / "settings.md").read_text(encoding="utf-8"))
    path = tmp_path / "gateway.yaml"
    path.write_text("supergraph:\n  file: supergraph.graphql\nlisten:\n  prot: 1\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert caught.value.message.replace(str(path), "gateway.yaml") == shown
