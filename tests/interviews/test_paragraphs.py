import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.paragraphs import begun


@pytest.mark.parametrize(
    ("texts", "moments"),
    [
        (["a"], [1]),
        (["a", "ab", "abc"], [1]),
        (["a", "a\nb", "a\nbc"], [1, 2]),
        (["a", "a\n", "a\nb"], [1, 2]),
        (["a\nb", "a\nx\nb"], [1, 2, 1]),
        (["a\nb\nc", "a\nc"], [1, 1]),
        (["a", "b", "b\nc\nd"], [1, 3, 3]),
    ],
)
def test_paragraph_keeps_the_moment_at_which_it_was_begun(texts, moments):
    assert begun(list(enumerate(texts, start=1)))[: len(moments)] == moments


@given(st.lists(st.text(alphabet="ab\n", max_size=12), min_size=1, max_size=8))
def test_every_paragraph_has_one_moment(texts):
    versions = list(enumerate(texts))

    moments = begun(versions)

    assert len(moments) == len(texts[-1].split("\n"))
    assert set(moments) <= set(range(len(texts)))


def test_nothing_written_has_no_moments():
    assert begun([]) == []
