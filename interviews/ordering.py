"""The order of a plan's items: by stage, a topic's questions together, then the set's own order. By hand always wins.

Pure functions over lists of items in their order. Each returns the list in its new order, with `stage` set on what
changed its stage; storing it is `interviews.drafting`'s part. Where nothing moves the list comes back as it was.
"""

from interviews.models.plans import ItemKind
from questionbank.stages import Stage


def arranged(items):
    """Every stage sorted by topic. Segments keep their slots, so a break after the third question stays there."""
    return [item for stage in Stage for item in arranged_stage([item for item in items if item.stage == stage])]


def arranged_stage(items):
    questions = [item for item in items if item.kind == ItemKind.QUESTION]
    in_order = iter(by_topic(questions, topic=lambda item: topic_key(item.question), order=set_order))
    return [item if item.kind == ItemKind.SEGMENT else next(in_order) for item in items]


def by_topic(choices, *, topic, order):
    """Sorted by `order`, except that a topic's questions follow its first. `topic` and `order` are key functions."""
    choices = sorted(choices, key=order)
    first_of = {}
    for choice in choices:
        first_of.setdefault(topic(choice), order(choice))
    return sorted(choices, key=lambda choice: (first_of[topic(choice)], order(choice)))


def set_order(item):
    question = item.question
    return (question.question_set_id, question.position, question.pk)


def topic_key(question):
    """The topic in any case; a question without one is a topic of its own."""
    return question.topic.casefold() or question.pk


def with_added(items, added):
    """`added` in its stage: after the last question of its topic, else after the stage's last question.

    A first question goes before the segments that end a plan and after the one that begins it.
    """
    same_stage = [item for item in items if item.stage == added.stage]
    questions = [item for item in same_stage if item.kind == ItemKind.QUESTION]
    of_topic = [item for item in questions if topic_key(item.question) == topic_key(added.question)]
    if of_topic or questions:
        index = items.index((of_topic or questions)[-1]) + 1
    else:
        index = sum(item.stage < added.stage for item in items)
        index += len(same_stage) if added.stage == Stage.OPENING else 0
    return [*items[:index], added, *items[index:]]


def placed(items, item, *, stage, before=None):
    """`item` in `stage`, before the item `before` if that is in the stage, else at its end."""
    rest = [other for other in items if other != item]
    item.stage = stage
    if before in rest and before.stage == stage:
        index = rest.index(before)
    else:
        index = sum(other.stage <= stage for other in rest)
    return [*rest[:index], item, *rest[index:]]


def stepped(items, item, by):
    """`item` one place up (`by` -1) or down (1). From the edge of a stage it goes into the next, empty or not."""
    same_stage = [other for other in items if other.stage == item.stage]
    place = same_stage.index(item) + by
    if 0 <= place < len(same_stage):
        index = items.index(item)
        items = list(items)
        items[index], items[index + by] = items[index + by], items[index]
    elif item.stage + by in Stage.values:
        first_there = next((other for other in items if other.stage == item.stage + by), None) if by > 0 else None
        return placed(items, item, stage=item.stage + by, before=first_there)
    return items
