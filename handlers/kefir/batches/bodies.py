"""Bodies of requests about batches: the documented ones, and those of the app's forms."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.kefir.data.timestamps import Timestamp

STAGES = ("stage1_open", "stage2_bottled")
STATUSES = ("active", "in_fridge", "ready", "archived")

Stage = Literal["stage1_open", "stage2_bottled"]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Word = Annotated[str, Meta(max_length=50)]
Notes = Annotated[str, Meta(max_length=1000)]
PublicNote = Annotated[str, Meta(max_length=500)]
Duration = Annotated[int, Meta(ge=1, le=720)] | Annotated[float, Meta(ge=1, le=720)]
Temperature = Annotated[int, Meta(ge=10, le=40)] | Annotated[float, Meta(ge=10, le=40)]
Sugar = Annotated[int, Meta(ge=0, le=1000)] | Annotated[float, Meta(ge=0, le=1000)]

# The limits of the app's forms.
Millilitres = Annotated[int, Meta(gt=0, le=50_000)] | Annotated[float, Meta(gt=0, le=50_000)]
Grams = Annotated[int, Meta(gt=0, le=10_000)] | Annotated[float, Meta(gt=0, le=10_000)]
RoomTemperature = Annotated[int, Meta(ge=15, le=35)] | Annotated[float, Meta(ge=15, le=35)]
Hours = Annotated[int, Meta(gt=0, le=720)] | Annotated[float, Meta(gt=0, le=720)]
Bottles = Annotated[int, Meta(ge=0, le=10_000)]
Fruits = Annotated[list[Name], Meta(min_length=1, max_length=100)]


class NewBatch(Struct, rename="camel"):
    """The documented body of POST /batches."""

    name: Name
    stage: Stage
    start_date: Timestamp | UnsetType = UNSET
    target_duration: Duration | UnsetType = UNSET
    temperature: Temperature | UnsetType = UNSET
    sugar_type: Word | UnsetType = UNSET
    sugar_amount: Sugar | UnsetType = UNSET
    notes: Notes | UnsetType = UNSET
    is_public: bool | UnsetType = UNSET
    public_note: PublicNote | UnsetType = UNSET


class NewForm(Struct, rename="camel"):
    """The body the app's form sends to POST /batches."""

    water_volume_ml: Millilitres
    sugar_grams: Grams
    fruits: Fruits
    temperature_c: RoomTemperature
    target_hours_stage1: Hours
    notes: Notes | UnsetType = UNSET


class BatchChange(Struct, rename="camel"):
    """The body of PUT and PATCH /batches/{id}, in either vocabulary."""

    name: Name | UnsetType = UNSET
    stage: Stage | UnsetType = UNSET
    status: (
        Literal["active", "in_fridge", "ready", "archived", "stage1", "stage2", "bottled", "completed"] | UnsetType
    ) = UNSET
    target_duration: Duration | UnsetType = UNSET
    temperature: Temperature | UnsetType = UNSET
    sugar_type: Word | UnsetType = UNSET
    sugar_amount: Sugar | UnsetType = UNSET
    notes: Notes | UnsetType = UNSET
    is_public: bool | UnsetType = UNSET
    public_note: PublicNote | UnsetType = UNSET
    water_volume_ml: Millilitres | UnsetType = UNSET
    sugar_grams: Grams | UnsetType = UNSET
    fruits: Fruits | UnsetType = UNSET
    temperature_c: RoomTemperature | UnsetType = UNSET
    target_hours_stage1: Hours | UnsetType = UNSET
    bottle_count: Bottles | UnsetType = UNSET
    bottle_volume_ml: Millilitres | UnsetType = UNSET
    temperature_c_stage2: RoomTemperature | UnsetType = UNSET
    start_time_stage2: Timestamp | UnsetType = UNSET
    target_hours_stage2: Hours | UnsetType = UNSET
