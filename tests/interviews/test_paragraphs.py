import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews import paragraphs
from interviews.paragraphs import begun


@contextlib.contextmanager
def count_of(module, name):
    """The arguments of every call of a function while the block runs; it still does its work."""
    real, calls = getattr(module, name), []
    setattr(module, name, lambda *args: calls.append(args) or real(*args))
    try:
        yield calls
    finally:
        setattr(module, name, real)


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
        (["a\nb", "new\na2\nb2"], [2, 1, 1]),
        (["a\nb\nc", "a2\nc"], [1, 1]),
        (["a\nb\na", "a\na"], [1, 1]),
        (["a", "a\n" + "\n".join("xy" * 60)], [1, *[2] * 120]),
    ],
)
def test_paragraph_keeps_the_moment_at_which_it_was_begun(texts, moments):
    assert begun(list(enumerate(texts, start=1))) == moments


@given(st.lists(st.text(alphabet="ab\n", max_size=12), min_size=1, max_size=8))
def test_every_paragraph_has_one_moment(texts):
    versions = list(enumerate(texts))

    moments = begun(versions)

    assert len(moments) == len(texts[-1].split("\n"))
    assert set(moments) <= set(range(len(texts)))


def test_nothing_written_has_no_moments():
    assert begun([]) == []


def test_paragraphs_of_a_whole_interview_take_no_time_that_grows_with_its_square():
    """Work is counted, not timed: lines compared by the matcher, over a thousand versions of six hundred lines."""
    text = "\n".join(f"line {number} of what was pasted" for number in range(600))
    versions = [(number, f"{text}\nSaid {'x' * number}") for number in range(1000)]

    with count_of(paragraphs, "compared") as calls:
        moments = begun(versions)

    assert moments == [0] * 601
    assert sum(len(before) + len(after) for before, after, *_rest in calls) <= 601 + 2 * 999
