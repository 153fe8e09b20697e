#!/usr/bin/env python
"""Django's command line. Development unless EVENHAND_ENV says otherwise; starts the embedded PostgreSQL if needed."""

import os
import sys
from pathlib import Path

from config import devpostgres

# Every other command may use the database, and starting the server for one that does not costs a fifth of a second.
NEEDS_NO_DATABASE = {
    "check",
    "check_library",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "makemessages",
    "version",
}


def main():
    """Run the command in sys.argv. Exits 1 with a sentence when the embedded server cannot be started."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("EVENHAND_ENV", "development")
    from django.core.management import execute_from_command_line

    try:
        if devpostgres.wanted() and uses_database(sys.argv):
            devpostgres.ensure_running(Path(__file__).parent)
        execute_from_command_line(sys.argv)
    except devpostgres.Unavailable as problem:
        sys.exit(str(problem))


def uses_database(argv):
    """Whether the command may ask the database; `check` does so only with --database."""
    command, options = (argv[1:2] or ["help"])[0], argv[2:]
    if command == "help" or command.startswith("-") or {"-h", "--help"} & set(options):
        return False
    return command not in NEEDS_NO_DATABASE or any(option.startswith("--database") for option in options)


if __name__ == "__main__":
    main()
