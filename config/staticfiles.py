"""Static files with hashed names, imports inside ES modules rewritten too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Without this switch Django leaves `import "./x.js"` pointing at the unhashed name."""

    support_js_module_import_aggregation = True
