"""When each paragraph of somebody's notes was begun, read off the changes that made them."""

from difflib import SequenceMatcher

# Where so many lines changed at once it was pasted, and comparing them line by line would take seconds.
COMPARED = 100


def begun(versions):
    """`versions` are `(moment, text)`, the oldest first; gives a moment for each paragraph, that is each line, of the last.

    A paragraph that was changed keeps the moment at which it was begun; one that was moved begins anew. Takes time with
    the number of lines of all versions.
    """
    lines, moments = [], []
    for moment, text in versions:
        after = text.split("\n")
        moments = carried(lines, after, moments, moment)
        lines = after
    return moments


def carried(before, after, moments, now):
    """The moments of `before`'s lines laid on `after`'s. What is the same at both ends needs no comparing: a person
    writes in one place at a time."""
    start = same_lines(before, after)
    end = same_lines(before[start:][::-1], after[start:][::-1])
    middle, changed = before[start : len(before) - end], after[start : len(after) - end]
    between = compared(middle, changed, moments[start : len(before) - end], now)
    return moments[:start] + between + moments[len(before) - end :]


def same_lines(one, other):
    """How many lines are equal, from the first on."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def compared(before, after, moments, now):
    if max(len(before), len(after)) > COMPARED:
        return [now] * len(after)
    found = []
    for what, start, end, after_start, after_end in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if what == "equal":
            found += moments[start:end]
        else:
            found += rewritten(before[start:end], after[after_start:after_end], moments[start:end], now)
    return found


def rewritten(before, after, moments, now):
    """Line by line if there are as many as before; else each goes to the first one left that begins alike."""
    if len(before) == len(after):
        return moments
    left = list(zip(before, moments, strict=True))
    found = []
    for line in after:
        alike = next((place for place, (other, _moment) in enumerate(left) if begin_alike(line, other)), None)
        found.append(now if alike is None else left[alike][1])
        del left[: 0 if alike is None else alike + 1]
    return found


def begin_alike(one, other):
    return bool(one and other) and (one.startswith(other) or other.startswith(one))
