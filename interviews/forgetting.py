"""What is kept for thirty days and then no longer: the words of changes that were written over."""

from datetime import timedelta

from interviews.models import Operation, Scorecard

AT_ONCE = 100  # scorecards
LOOKED_BACK = timedelta(days=30)


def forget_replaced(*, since=LOOKED_BACK, progress=lambda done: None):
    """Empties the values of replaced operations of scorecards that are long sealed; id and digest stay. How many.

    Looks at those whose time came within `since`, None for all there ever were: nothing marks what has been looked at,
    and a night's work should not grow with the years. Each batch stands by itself, so that it can be stopped and run
    again. `progress` is told how many scorecards were looked through. Two queries a batch.
    """
    emptied = done = last = 0
    scorecards = Scorecard.objects.long_sealed(since).order_by("pk")
    while batch := list(scorecards.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        emptied += Operation.objects.filter(scorecard__in=batch).replaced().forget_values()
        done, last = done + len(batch), batch[-1]
        progress(done)
    return emptied
