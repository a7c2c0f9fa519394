"""The environment of the web application, in the order of its documents, and what its code reads besides."""

from __future__ import annotations

from pkgops.declarations import Variable
from templates.keyvex.naming import AI_SECRET, INTEGRATION_SECRET

# By heading: variable -> output.
_OUTPUTS = {
    "SQS": {
        "SQS_AI_PROCESSING_QUEUE_URL": "database.AiProcessingQueueUrl",
        "SQS_ANALYTICS_QUEUE_URL": "database.AnalyticsQueueUrl",
        "SQS_EMAIL_QUEUE_URL": "database.EmailQueueUrl",
    },
    "S3 and CloudFront": {
        "S3_USER_UPLOADS_BUCKET": "storage.UserUploadsBucketName",
        "S3_PUBLIC_ASSETS_BUCKET": "storage.PublicAssetsBucketName",
        "S3_TOOL_ASSETS_BUCKET": "storage.ToolAssetsBucketName",
        "CLOUDFRONT_DOMAIN": "storage.CloudFrontDistributionDomain",
    },
}
_SECRETS = {
    "AI_SECRETS_ARN": "security.AiSecretsArn",
    "INTEGRATION_SECRETS_ARN": "security.IntegrationSecretsArn",
    "DATABASE_SECRETS_ARN": "security.DatabaseSecretsArn",
}
# What the application has already; those with a secret can be read from it.
_EXISTING = {
    "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY": "",
    "CLERK_SECRET_KEY": "",
    "OPENAI_API_KEY": f"{AI_SECRET}#openai_api_key",
    "ANTHROPIC_API_KEY": f"{AI_SECRET}#anthropic_api_key",
    "STRIPE_SECRET_KEY": f"{INTEGRATION_SECRET}#stripe_secret_key",
    "UNSPLASH_ACCESS_KEY": f"{INTEGRATION_SECRET}#unsplash_access_key",
}
_DEVELOPMENT = {
    "DISABLE_AUTH_FOR_DEBUG": "true",
    "DEBUG_USER_ID": "debug-user-123",
    "ENABLE_METRICS_TRACKING": "true",
}
_SOCKET_NAMES = ("WEBSOCKET_API_URL", "NEXT_PUBLIC_WEBSOCKET_API_ENDPOINT", "NEXT_PUBLIC_AWS_WEBSOCKET_URL")
_OF_THE_APP = ("NEXT_PUBLIC_APP_URL", "PERPLEXITY_API_KEY", "KV_REST_API_URL", "KV_REST_API_TOKEN", "AI_DEBUG")


def _socket(name: str, group: str, *, compat: bool = False) -> Variable:
    """The address of the WebSocket API with its stage, which clients take for the first part of the path."""
    return Variable(name, "api.WebSocketApiEndpoint", ending="/{api.WebSocketStage}", group=group, compat=compat)


VARIABLES = (
    Variable("AWS_REGION", value="{region}", group="AWS"),
    # Never an operator's own: `pkgops users access-key` makes a pair for the application.
    Variable("AWS_ACCESS_KEY_ID", value="AKIA...", group="AWS", kept=True),
    Variable("AWS_SECRET_ACCESS_KEY", value="...", group="AWS", kept=True),
    Variable("DYNAMODB_TABLE_NAME", "database.DynamoDbTableName", group="DynamoDB"),
    Variable("DYNAMODB_ENDPOINT", "database.DynamoDbEndpoint", group="DynamoDB"),
    Variable("REDIS_ENDPOINT", "database.RedisEndpoint", group="Redis", optional=True),
    Variable("REDIS_PORT", "database.RedisPort", group="Redis", optional=True),
    *(Variable(name, output, group=group) for group, rows in _OUTPUTS.items() for name, output in rows.items()),
    _socket("WEBSOCKET_API_ENDPOINT", "WebSocket"),
    Variable("SECRETS_MANAGER_REGION", value="{region}", group="Secrets Manager"),
    *(Variable(name, output, group="Secrets Manager") for name, output in _SECRETS.items()),
    *(Variable(name, group="Existing", kept=True, secret=secret) for name, secret in _EXISTING.items()),
    *(Variable(name, value=value, group="Development", in_production=False) for name, value in _DEVELOPMENT.items()),
    *(_socket(name, "Read by the application", compat=True) for name in _SOCKET_NAMES),
    Variable("AWS_STAGE", "api.WebSocketStage", group="Read by the application", compat=True),
    *(Variable(name, group="Read by the application", kept=True, compat=True) for name in _OF_THE_APP),
)
