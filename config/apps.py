from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    """The project itself, for what belongs to none of its apps: commands, and what it asks of its database."""

    name = "config"

    def ready(self):
        from config import durability

        durability.watch()


class CollectedFiles(StaticFilesConfig):
    """Django's, but for htmx's extensions unminified, which are for DEBUG only.

    A type comment in one of them, `import("../htmx")`, is taken for an import of a file that does not exist, and
    collecting would fail.
    """

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "hx-*-[24].js"]
