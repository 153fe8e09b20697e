"""Which words of a text came later: notes as they stood when the interview finished, against what was submitted."""

import re
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

# Comparing grows with the product of both lengths, so beyond this the whole middle counts as later.
COMPARED_AT_MOST = 40_000


class Piece(NamedTuple):
    """A stretch of a text; `later` if it was not there before."""

    text: str
    later: bool


class Wording(NamedTuple):
    """A text in pieces; `taken_out` if words of the earlier one are gone."""

    pieces: list
    taken_out: bool


def compare(before, after):
    """The `Wording` of `after`, word by word. Time in proportion to the lengths of both, plus a bounded middle.

    Nothing is ever shown as earlier that was not there before; where both differ at length, some of what was may
    count as later.
    """
    old, new = before.split(), after.split()
    start = common(old, new)
    end = common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    kept = kept_words(middle_old, middle_new)
    marks = [False] * start + [index not in kept for index in range(len(middle_new))] + [False] * end
    spaced = re.findall(r"\S+\s*", after.lstrip())
    runs = groupby(zip(spaced, marks, strict=True), key=lambda pair: pair[1])
    pieces = [Piece("".join(word for word, _later in run), later) for later, run in runs]
    return Wording(pieces, taken_out=len(kept) < len(middle_old))


def common(left, right):
    """How many words both begin with."""
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length


def kept_words(old, new):
    """Places in `new` of words that were in `old`, in the same order."""
    if len(old) * len(new) > COMPARED_AT_MOST:
        return set()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.b + offset for block in blocks for offset in range(block.size)}
