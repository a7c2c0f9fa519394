"""What models are asked for: the shapes of their answers, which are checked and whose schemas are in the prompts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from handlers.keyvex.shared.messages import Fields

Object = dict[str, Any]
# The documents name these fields and leave their types open: an answer is paid for, and none is thrown away over one.
# Text comes first, which is what models are led to.
Words = str | float | list[Any]
Style = str | float | Object
Parts = Object | list[Any] | bool | str
Minutes = Annotated[float, Meta(gt=0, description="Minutes.")] | str
Name = str | int
Kind = Literal["calculator", "quiz", "assessment"]
Complexity = Literal["simple", "medium", "complex"]
Score = Annotated[float, Meta(ge=1, le=10)]
Percent = Annotated[float, Meta(ge=0, le=100)]


class Suggestion(Fields, kw_only=True):
    """An idea for a tool."""

    type: Kind
    title: str
    description: str
    target_audience: str
    estimated_completion_time: Minutes
    complexity: Complexity
    value_proposition: str
    business_impact: Words
    sample_questions: list[str]


Suggestions = Annotated[list[Suggestion], Meta(min_length=3, max_length=5)]


class SuggestionAnalysis(Fields, kw_only=True):
    """What an idea is worth."""

    overall_score: Score
    implementation_complexity: Words
    time_to_create: Words
    required_expertise: Words
    market_demand: Words
    challenges: list[str]
    recommendations: list[str]
    success_probability: Percent


class Example(Fields, kw_only=True):
    """A tool that exists in an industry."""

    name: str
    type: str
    methodology: Words
    key_features: list[str]
    effectiveness: Words
    lessons: list[str]
    success_metrics: Words | Object | None = None


Examples = Annotated[list[Example], Meta(min_length=1)]


class FrameworkStep(Fields, kw_only=True):
    """One step of a tool."""

    id: Name
    title: str
    type: Literal["intro", "input", "logic", "output"]


class FrameworkLogic(Fields, kw_only=True):
    """How a tool comes to its results."""

    calculations: list[Any] | Object
    conditions: list[Any] | Object
    validations: list[Any] | Object


class FrameworkStructure(Fields, kw_only=True):
    """The parts of a tool."""

    steps: Annotated[list[FrameworkStep], Meta(min_length=1)]
    logic: FrameworkLogic


class Framework(Fields, kw_only=True):
    """A tool without its texts and its look."""

    type: str
    title: str
    structure: FrameworkStructure
    complexity: str
    estimated_time: Minutes


class Validation(Fields, kw_only=True):
    """What is wrong with a framework."""

    is_valid: bool
    score: Score
    issues: list[str]
    suggestions: list[str]


class Introduction(Fields, kw_only=True):
    """The first texts of a tool."""

    headline: str
    description: str
    instructions: str


class ContentStep(Fields, kw_only=True):
    """The texts of a step."""

    id: Name
    title: str
    description: str
    content: Words | Object
    type: str


class ResultTexts(Fields, kw_only=True):
    """The texts of a tool's results."""

    title: str
    description: str
    explanations: list[Any]


class CallToAction(Fields, kw_only=True):
    """The last texts of a tool."""

    title: str
    description: str
    button_text: str


class Sections(Fields, kw_only=True):
    """All texts of a tool."""

    introduction: Introduction
    steps: Annotated[list[ContentStep], Meta(min_length=1)]
    results: ResultTexts
    call_to_action: CallToAction


class ToolContent(Fields, kw_only=True):
    """The texts of a tool and its title."""

    title: str
    sections: Sections


class Colors(Fields, kw_only=True):
    """Colors as CSS writes them."""

    primary: str
    secondary: str
    accent: str
    background: str
    foreground: str
    muted: str


class Typography(Fields, kw_only=True):
    """Fonts and their sizes."""

    heading: Style
    body: Style
    sizes: Parts


class Layout(Fields, kw_only=True):
    """How a page is laid out."""

    type: str
    max_width: Style
    spacing: Style
    border_radius: Style


class Components(Fields, kw_only=True):
    """How the parts of a page look."""

    button: Parts
    card: Parts
    input: Parts


class Styles(Fields, kw_only=True):
    """All styles of a tool."""

    colors: Colors
    typography: Typography
    layout: Layout
    components: Components
    animations: Parts
    responsive: Parts


class ToolStyles(Fields, kw_only=True):
    """The look of a tool."""

    theme: str
    color_scheme: str
    styles: Styles
    accessibility: Parts
