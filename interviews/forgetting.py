"""What is kept for thirty days and then no longer: the words of changes that were written over."""

from interviews.models import Operation, Scorecard

AT_ONCE = 100  # scorecards


def forget_replaced(progress=lambda done: None):
    """Empties the values of operations that `outlived()` names, some scorecards at a time; id and digest stay. How many.

    Each batch stands by itself, so that it can be stopped and go on another night. `progress` is told how many
    scorecards were looked through. Two queries a batch.
    """
    emptied = done = last = 0
    scorecards = Scorecard.objects.long_sealed().order_by("pk")
    while batch := list(scorecards.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        emptied += Operation.objects.filter(scorecard__in=batch).outlived().forget_values()
        done, last = done + len(batch), batch[-1]
        progress(done)
    return emptied
