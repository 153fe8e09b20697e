"""What can stand in the way of an action, each with a sentence for the person and a status for the response."""


class Problem(Exception):
    """Something the person can do something about. `fields` names what it is about: `{"q17.outcome": "Padding"}`."""

    status = 409
    unresolved = False  # whether `fields` are what is still open, so that a page can strike out what no longer is

    def __init__(self, sentence, fields=None):
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = fields or {}


class NotNow(Problem):
    """The interview is not in a state in which this can be done."""


class Unresolved(Problem):
    """A response has no outcome, or two versions of a field wait for a choice."""

    unresolved = True


class Stale(Problem):
    """What the author saw is no longer what is stored."""
