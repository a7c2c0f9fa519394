"""The seed data of Keyvex: a user with two tools, and what the deployed processors make of messages about them.

Sessions, interactions, leads and figures are not written: they come from messages that the functions process, as in
production. Sessions need a model, and so are there where providers are played on this machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.seeds import SeedContext, SeedItem, SeedMessages, Seeds, SeedSecret
from templates.keyvex.config.providers import REAL
from templates.keyvex.naming import AI_SECRET, INTEGRATION_SECRET
from templates.keyvex.settings import Settings

TABLE = "database.DynamoDbTableName"
USER = "debug-user-123"  # the application's own where nobody is logged in
TOOLS = {
    "pricing-readiness": ("Pricing Readiness Quiz", "quiz", "Is it time to raise your prices?"),
    "client-value": ("Client Value Calculator", "calculator", "What a client is worth over three years."),
}
# How many interactions of each kind a tool has; leads besides.
INTERACTIONS = {"view": 12, "start": 8, "complete": 5, "abandon": 2, "share": 1}
LEADS = (("Ada Lovelace", "ada@example.com", 82), ("Grace Hopper", "grace@example.com", 64))
_DAYS = 7  # over which they are spread
# Fields of secrets, by which the played providers know nobody; they take any key.
_KEYS = (
    (AI_SECRET, "anthropic_api_key", "sk-ant-local-"),
    (AI_SECRET, "openai_api_key", "sk-local-"),
    (INTEGRATION_SECRET, "sendgrid_api_key", "SG.local-"),
)


def seed(context: SeedContext) -> Seeds:
    """A user, tools, and messages of which the processors make the rest."""
    settings = context.settings or Settings()
    played = context.stage.local and settings.providers != REAL
    sessions = tuple(_sessions()) if played else ()
    return Seeds(
        items=(_profile(context), *(_tool(context, tool) for tool in TOOLS)),
        secrets=tuple(
            SeedSecret(name, start + context.secret(field), f"{field} of the played provider", field)
            for name, field, start in (_KEYS if played else ())
        ),
        messages=(*(_interactions(context, tool) for tool in TOOLS), *sessions),
    )


def _profile(context: SeedContext) -> SeedItem:
    wanted = {"toolCompleted": True, "newLead": True, "weeklyReport": True, "productUpdates": True, "marketing": False}
    profile = {
        "email": "debug@example.com",
        "firstName": "Debug",
        "preferences": {"notifications": {"email": wanted}},
    }
    now = context.epoch * 1000
    common = {"entityType": "USER", "createdAt": now, "updatedAt": now, "version": 1, "metadata": {}}
    return SeedItem(TABLE, {"PK": f"USER#{USER}", "SK": "PROFILE", **common, **profile}, f"user {USER}", "user")


def _tool(context: SeedContext, tool: str) -> SeedItem:
    """A tool as the application stores it: without a kind, its times as text."""
    title, kind, description = TOOLS[tool]
    item = {
        "id": tool,
        "slug": tool,
        "componentCode": f"export default function Tool() {{ return <h1>{title}</h1> }}",
        "metadata": {"id": tool, "slug": tool, "title": title, "description": description, "type": kind},
        "initialStyleMap": {},
        "currentStyleMap": {},
        "status": "published",
        "version": "1.0.0",
        "createdBy": USER,
        "colorScheme": {"primary": "#1d4ed8"},
        "analytics": {"enabled": True},
        "createdAt": context.days_ago(_DAYS + 1),
        "updatedAt": context.now,
    }
    return SeedItem(TABLE, {"PK": f"USER#{USER}", "SK": f"TOOL#{tool}", **item}, f"tool {tool}", "tool")


def _interactions(context: SeedContext, tool: str) -> SeedMessages:
    kinds = [kind for kind, number in INTERACTIONS.items() for _ in range(number)]
    plain = [
        _interaction(context, tool, kind, number / len(kinds), {"timeSpent": 30 + 5 * number % 60})
        for number, kind in enumerate(kinds)
    ]
    leads = [
        _interaction(context, tool, "lead_capture", number / len(LEADS), _lead(*lead))
        for number, lead in enumerate(LEADS)
    ]
    return SeedMessages(
        queue="database.AnalyticsQueueUrl",
        table=TABLE,
        messages=(*plain, *leads),
        key={"PK": f"TOOL#{tool}", "SK": "ANALYTICS_SUMMARY"},
        values={"totalViews": INTERACTIONS["view"], "totalShares": INTERACTIONS["share"], "totalLeads": len(LEADS)},
        by="analytics-processor",
        label=f"interactions of {tool}",
        kind="interactions",
    )


def _interaction(context: SeedContext, tool: str, kind: str, share: float, data: Mapping[str, Any]) -> dict[str, Any]:
    """One of the last days; ``share`` of them is how long ago it was."""
    return {
        "messageType": "ANALYTICS_PROCESSING",
        "toolId": tool,
        "interactionType": kind,
        "data": {"referrer": "https://example.com/", **data},
        "timestamp": context.days_ago(_DAYS * share),
    }


def _lead(name: str, email: str, score: int) -> dict[str, Any]:
    return {
        "leadData": {"name": name, "email": email, "company": "Example Ltd"},
        "responses": {"clients": 12},
        "score": score,
        "resultCategory": "ready" if score > 70 else "almost ready",
    }


def _sessions() -> Iterator[SeedMessages]:
    title, kind, description = TOOLS["pricing-readiness"]
    suggestion = {"type": kind, "title": title, "description": description}
    inputs: dict[str, dict[str, Any]] = {
        "magicSpark": {"expertise": "pricing for consultants", "industry": "Consulting"},
        "logicArchitect": {
            "selectedSuggestion": suggestion,
            "expertise": "pricing for consultants",
            "targetAudience": "Consultants who sell to small companies",
        },
    }
    for process, given in inputs.items():
        session = f"seed-{process}"
        message = {"messageType": "AI_PROCESSING", "sessionId": session, "userId": USER, "process": process}
        yield SeedMessages(
            queue="database.AiProcessingQueueUrl",
            table=TABLE,
            messages=({**message, "input": given},),
            key={"PK": f"SESSION#{session}", "SK": "METADATA"},
            values={"status": "completed"},
            by="ai-processor",
            label=f"session {session}",
            kind="session",
        )
