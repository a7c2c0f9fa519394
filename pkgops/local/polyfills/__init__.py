"""What does the emulator lack or do differently, one module each?

A polyfill is a module with ``install(types)``; adding one is writing the file, naming it here, and writing its
contract test in ``tests/pkgops/local``.
"""

from __future__ import annotations

from importlib import import_module

from pkgops.local.server.hooks import Types

INSTALLED = (
    "names",  # first: see there
    "alarm_math",
    "attributes",
    "backup_selection",
    "batch_actions",
    "budget",
    "busy_stacks",
    "drift_readers",
    "dynamodb_table",
    "http_api_cors",
    "import_existing",
    "joined_change_sets",
    "lambda_execution",
    "lambda_function",
    "metric_namespace",
    "nested_stacks",
    "output_changes",
    "raw_mail",
    "recorded",
    "request_resources",
    "resource_owner",
    "rest_requests",
    "rest_responses",
    "rest_permission",  # after rest_responses: see there
    "rest_validation",
    "rest_validation_text",
    "revert_drift",  # after output_changes and import_existing, whose verdicts it revises
    "s3_bucket",
    "secret_import",
    "secret_reference",
    "secure_transport",
    "sending_identity",
    "stack_parameters",
    "stack_permissions",
    "stream_failures",
    "stream_positions",
    "update_events",
    "web_acl_association",
)


def install() -> None:
    """Installs all of them; `pkgops.local.server.hooks.MissingHookError` if the emulator is another version."""
    types = Types()
    for name in INSTALLED:
        import_module(f"{__name__}.{name}").install(types)
