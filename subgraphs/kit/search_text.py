"""Chinese and English text as one stream of search tokens: two-character windows and lower-case words.

Neither SQLite nor PostgreSQL can split Chinese into words, so both are given tokens that need no splitting. A run of
Chinese characters becomes its overlapping pairs and its last character; any other word becomes itself in lower case:

    茶叶加工 with IoT  ->  茶叶 叶加 加工 工 with iot

The last character is kept so that one character alone can be looked for as the beginning of a token. A query is split the
same way, without that last character, and the pairs of one run must stand next to each other, in order.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"(?P<chinese>[{_CHINESE}]+)|(?P<word>[^\W_{_CHINESE}]+)")


class _Run(NamedTuple):
    text: str
    is_chinese: bool


def index_tokens(text: str) -> str:
    """The text's tokens in order, separated by spaces: what the search table holds."""
    return " ".join(token for run in _runs(text) for token in _indexed_tokens(run))


def asked_tokens(text: str) -> list[str]:
    """The text's tokens as a query has them, each once, in order: without the last characters of Chinese runs."""
    return list(dict.fromkeys(token for run in _runs(text) for token in _asked_tokens(run)))


def fts5_query(text: str) -> str:
    """The text as an FTS5 MATCH expression that asks for all of its words; empty where the text has no word at all."""
    return " AND ".join(_fts5_phrase(run) for run in _runs(text))


def ts_query(text: str) -> str:
    """The text as an expression for PostgreSQL's ``to_tsquery('simple', …)``; empty where it has no word at all."""
    return " & ".join(_ts_phrase(run) for run in _runs(text))


def _runs(text: str) -> Iterator[_Run]:
    # NFKC folds full-width letters and digits, which Chinese input methods produce, into the plain ones.
    for match in _RUNS.finditer(unicodedata.normalize("NFKC", text).lower()):
        yield _Run(match.group(), match.lastgroup == "chinese")


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _indexed_tokens(run: _Run) -> list[str]:
    return [*_pairs(run.text), run.text[-1]] if run.is_chinese else [run.text]


def _is_one_character(run: _Run) -> bool:
    return run.is_chinese and len(run.text) == 1


def _asked_tokens(run: _Run) -> list[str]:
    return _pairs(run.text) if run.is_chinese else [run.text]


def _fts5_phrase(run: _Run) -> str:
    if _is_one_character(run):
        return f'"{run.text}" *'
    return '"' + " ".join(_asked_tokens(run)) + '"'


def _ts_phrase(run: _Run) -> str:
    if _is_one_character(run):
        return f"'{run.text}':*"
    return "(" + " <-> ".join(f"'{token}'" for token in _asked_tokens(run)) + ")"
