"""How far a command is that takes its time."""

import time


class Progress:
    """Called with how many of `of`, a manager or queryset, are done, it writes a line every second once it has taken one."""

    def __init__(self, out, *, of, what, every=1):
        self.out, self.of, self.what, self.every = out, of, what, every
        self.total, self.last = None, time.monotonic()

    def __call__(self, done):
        if time.monotonic() - self.last < self.every:
            return
        if self.total is None:
            self.total = self.of.count()
        self.last = time.monotonic()
        self.out.write(f"{done} of {self.total} {self.what}")
