"""Search tokens: Chinese in pairs, other words whole, and queries that find what was indexed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.search_text import fts5_query, index_tokens, ts_query


def test_chinese_becomes_overlapping_pairs_and_the_last_character() -> None:
    """A run of n Chinese characters gives n tokens, so that each character begins one."""
    assert index_tokens("茶叶加工") == "茶叶 叶加 加工 工"


def test_words_are_whole_and_lower_case_and_punctuation_is_gone() -> None:
    """English words and numbers between Chinese runs are tokens of their own."""
    assert index_tokens("5G 茶园,IoT-Sensor_2(v3)") == "5g 茶园 园 iot sensor 2 v3"


def test_full_width_letters_are_the_same_as_plain_ones() -> None:
    """What a Chinese input method types finds what a keyboard typed."""
    assert index_tokens("ＡＩ２０") == index_tokens("ai20")


def test_a_query_asks_for_neighbouring_pairs_of_each_run_and_for_all_runs() -> None:
    """The trailing single character of the index is not asked for."""
    assert fts5_query("茶叶加 IoT") == '"茶叶 叶加" AND "iot"'
    assert ts_query("茶叶加 IoT") == "('茶叶' <-> '叶加') & ('iot')"


def test_one_character_is_asked_for_as_the_beginning_of_a_token() -> None:
    """One Chinese character is a search of its own."""
    assert fts5_query("茶") == '"茶" *'
    assert ts_query("茶") == "'茶':*"


@pytest.mark.parametrize("text", ["", "  ", "'\"()*:&|!<->", "——,。"])
def test_a_text_without_words_asks_for_nothing(text: str) -> None:
    """Punctuation alone, also a query language's own, gives an empty expression."""
    assert fts5_query(text) == ""
    assert ts_query(text) == ""


@given(st.text())
def test_nothing_but_letters_and_digits_reaches_an_expression(text: str) -> None:
    """Whatever a client types, only our own quotes and operators are syntax in the expression."""
    for run in fts5_query(text).split(" AND "):
        assert run.removesuffix(" *").strip('"').replace(" ", "").isalnum() or run == ""
