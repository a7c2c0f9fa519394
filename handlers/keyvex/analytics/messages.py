"""The messages of the analytics queue."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta

from handlers.keyvex.shared.addresses import is_address
from handlers.keyvex.shared.messages import Fields, Timed, unstorable

_MOST_SECONDS = 10**9  # of one visit: what is longer is a mistake

Identifier = Annotated[str, Meta(min_length=1, max_length=256)]
# What only describes an interaction and is stored: its type is the sender's, and costs nobody the interaction.
Scalar = str | float | bool | None
# Not Decimal, which takes both as well: the schema of that is text alone.
Seconds = Annotated[float, Meta(ge=0, le=_MOST_SECONDS)] | Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$")]

InteractionType = Literal["view", "start", "complete", "abandon", "lead_capture", "share"]


class LeadData(Fields, kw_only=True):
    """Who has left an address."""

    email: Annotated[str | None, Meta(description="Address of the lead; one that is none fails the message.")] = None
    name: Annotated[Scalar, Meta(description="Name of the lead.")] = None
    company: Annotated[Scalar, Meta(description="Company of the lead.")] = None
    phone: Annotated[Scalar, Meta(description="Telephone number, as it was entered.")] = None

    def __post_init__(self) -> None:
        if self.email and not is_address(self.email):
            raise ValueError("leadData.email is no address")


class InteractionData(Fields, kw_only=True):
    """What is known of an interaction; everything may be missing. Other fields are stored as they are."""

    user_agent: Annotated[Scalar, Meta(description="Browser of the visitor.")] = None
    referrer: Annotated[Scalar, Meta(description="Page the visitor came from.")] = None
    session_id: Annotated[Scalar, Meta(description="Visit that the interaction belongs to.")] = None
    step_completed: Annotated[Scalar, Meta(description="Step of the tool that was completed.")] = None
    total_steps: Annotated[Scalar, Meta(description="Number of steps of the tool.")] = None
    time_spent: Annotated[Seconds | None, Meta(description="Seconds spent on the tool; counted in milliseconds.")] = (
        None
    )
    ip: Annotated[Scalar, Meta(description="Address of the visitor's computer.")] = None
    lead_data: Annotated[LeadData | None, Meta(description="The lead of a lead_capture.")] = None
    custom_data: Annotated[Any, Meta(description="Whatever the tool adds.")] = None
    responses: Annotated[Any, Meta(description="Answers a lead has given.")] = None
    score: Annotated[Scalar, Meta(description="Score of a lead's answers.")] = None
    result_category: Annotated[Scalar, Meta(description="Result a lead's answers led to.")] = None
    utm: Annotated[Any, Meta(description="Parameters of the campaign that brought a lead.")] = None

    @property
    def seconds(self) -> Decimal | None:
        """``timeSpent`` to the millisecond, exact in sums; None if it was not given."""
        return None if self.time_spent is None else round(Decimal(str(self.time_spent)), 3)


class AnalyticsMessage(Timed, kw_only=True):
    """One interaction of a visitor with a tool."""

    message_type: Annotated[Literal["ANALYTICS_PROCESSING"], Meta(description="Always ANALYTICS_PROCESSING.")]
    tool_id: Annotated[Identifier, Meta(description="Tool that was used.")]
    interaction_type: Annotated[InteractionType, Meta(description="What the visitor did.")]
    data: Annotated[InteractionData | None, Meta(description="What is known of it.")] = None

    @property
    def known(self) -> InteractionData:
        """``data``, whether or not it was given."""
        return self.data or InteractionData()


MESSAGE = AnalyticsMessage
refusal = unstorable
