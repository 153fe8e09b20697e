"""When each paragraph of somebody's notes was begun, read off the changes that made them."""

from difflib import SequenceMatcher


def begun(versions):
    """`versions` are `(moment, text)`, the oldest first; gives a moment for each paragraph, that is each line, of the last.

    A paragraph that was changed keeps the moment at which it was begun; one that was moved begins anew.
    """
    lines, moments = [], []
    for moment, text in versions:
        after = text.split("\n")
        moments = carried(lines, after, moments, moment)
        lines = after
    return moments


def carried(before, after, moments, now):
    found = []
    for what, start, end, after_start, after_end in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if what == "equal":
            found += moments[start:end]
        elif what != "delete":
            kept = moments[start:end][: after_end - after_start]
            found += kept + [now] * (after_end - after_start - len(kept))
    return found
