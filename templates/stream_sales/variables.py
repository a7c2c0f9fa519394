"""The variables with which the application runs on a developer's machine, beside what is deployed."""

from __future__ import annotations

from pkgops.declarations import Variable
from templates.stream_sales.naming import DATABASE, ENCRYPTION_SECRET, JWT_SECRET

_READ = "Secrets"
_APPLICATION = "Application"

VARIABLES = (
    Variable(
        "DATABASE_URL", value=f"postgresql://dbadmin:password@127.0.0.1:5432/{DATABASE}", group=_READ, database=True
    ),
    Variable("JWT_SECRET", value="at-least-32-characters", group=_READ, secret=JWT_SECRET),
    Variable("ENCRYPTION_KEY", value="64-hexadecimal-digits", group=_READ, secret=ENCRYPTION_SECRET),
    Variable("JWT_EXPIRES_IN", value="7d", group=_APPLICATION),
    Variable("IMAGES_BUCKET_NAME", "stack.ImagesBucketName", group=_APPLICATION),
    Variable("IMAGES_BUCKET_REGION", value="{region}", group=_APPLICATION),
)
