"""How alike two texts are."""

import pytest

from subgraphs.kit.similarity import compare


@pytest.mark.parametrize(
    ("asked", "text", "score", "shared"),
    [
        ("茶叶 叶加 加工", "春季 茶叶 叶加 加工 设备", 1.0, ("茶叶", "叶加", "加工")),
        ("加工 茶叶", "茶叶 加工", 1.0, ("加工", "茶叶")),
        ("茶叶 叶加 加工", "柑橘 保鲜", 0.0, ()),
        ("茶叶 加工", "茶树 加热", 0.0, ()),
        ("tea iot", "teas iota", 0.0, ()),
        ("", "柑橘", 0.0, ()),
    ],
)
def test_what_is_shared_counts(asked: str, text: str, score: float, shared: tuple[str, ...]) -> None:
    """All of it is 1, whatever the order and whatever else stands there; nothing is 0."""
    found = compare(asked, text)
    assert (found.score, found.shared) == (score, shared)


def test_the_more_is_shared_the_higher_the_score() -> None:
    """Two of three words are more than one of three, and less than all."""
    one, two, three = (compare("茶叶 加工 设备", text).score for text in ("茶叶 柑橘", "茶叶 加工", "茶叶 加工 设备"))
    assert 0 < one < two < three == 1


def test_a_word_said_twice_is_asked_once() -> None:
    """The number of words asked is that of different ones."""
    assert compare("茶叶 茶叶 加工", "茶叶").asked == 2


def test_a_word_that_is_nearly_there_nearly_counts() -> None:
    """A plural or a slip of the pen is worth most of a word."""
    found = compare("coatings", "hard coating")
    assert found.shared == ("coatings",)
    assert 0.9 < found.score < 1
