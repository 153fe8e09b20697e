"""What was typed and what the server said, written down by the harness and by nobody else."""

import json
import tempfile
import threading
from collections import Counter


class Log:
    """Shared by all clients of a run. `versions` has every content an operation had, the last one is what it meant."""

    def __init__(self):
        self.lock = threading.Lock()
        self.lines = []
        self.versions = {}  # op -> [operation, …]
        self.answers = {}  # op -> [answer, …]
        self.troubles = Counter()  # what stood in the way of a batch, by name

    def typed(self, operation):
        with self.lock:
            self.lines.append({"typed": operation})
            self.versions.setdefault(operation["op"], []).append(operation)

    def answered(self, answer):
        with self.lock:
            self.lines.append({"answered": answer})
            self.answers.setdefault(answer["op"], []).append(answer)

    def hindered(self, trouble):
        with self.lock:
            self.lines.append({"hindered": trouble})
            self.troubles[trouble] += 1

    @property
    def edits(self):
        """How often something was typed; edits that replaced an unsent one count too."""
        return sum(map(len, self.versions.values()))

    @property
    def acknowledged(self):
        """The operations that the server said it has."""
        return {op for op, answers in self.answers.items() if any(answer["result"] != "rejected" for answer in answers)}

    def keep(self):
        """Writes everything to a file for whoever looks into a failure; returns its path."""
        with tempfile.NamedTemporaryFile("w", prefix="evenhand-faults-", suffix=".jsonl", delete=False) as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines)
        return file.name
