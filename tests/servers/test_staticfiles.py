"""Collecting, as the image and a host without Docker do: it rewrites every import, and fails on one it misreads."""

import json
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command

IMPORTED = re.compile(r"""(?m)^(?:import|export)\s[^;]*?from "([^"]+)";|^import "([^"]+)";""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


def test_everything_is_collected_and_modules_import_what_exists(settings, tmp_path):
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "config.staticfiles.ManifestStorage"}}

    call_command("collectstatic", interactive=False, verbosity=0)

    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    modules = [name for name in paths if name.startswith("js/")]
    assert len(modules) > 20
    for name in modules:
        before = imports_of(Path(finders.find(name)))
        after = imports_of(tmp_path / paths[name])
        assert len(after) == len(before)
        for address in after:
            assert HASHED.search(address), f"{name} imports {address}"
            assert (tmp_path / paths[name]).parent.joinpath(address).is_file(), f"{name} imports {address}"


def imports_of(file):
    return [first or second for first, second in IMPORTED.findall(file.read_text(encoding="utf-8"))]
