"""The messages of the AI queue: one model for each process, told apart by ``process``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from handlers.keyvex.shared.messages import Fields, Text, Timed, unstorable

Object = dict[str, Any]
ToolId = Annotated[str, Meta(max_length=256)]

MagicSparkAction = Literal["generate", "refine", "validate", "examples"]
LogicArchitectAction = Literal["generate", "refine", "validate", "optimize"]
ContentCrafterAction = Literal["generate", "refine", "optimize", "translate"]
StyleMasterAction = Literal["generate", "refine", "customize", "preview"]


class Input(Fields, kw_only=True):
    """What inputs of all processes may have."""

    provider: Annotated[
        Literal["anthropic", "openai"] | None,
        Meta(description="Whose model is asked first; the one configured for the process if it is missing."),
    ] = None
    model: Annotated[str | None, Meta(description="Configured name of the model that is asked first.")] = None
    user_feedback: Annotated[str | None, Meta(description="What to change; needed by the action refine.")] = None

    def needs(self, action: str, *fields: str) -> None:
        """ValueError if one of these fields is missing or empty."""
        for name in fields:
            if not getattr(self, name):
                raise ValueError(f"the action {action} needs {type(self).__struct_encode_fields__[self._index(name)]}")

    def _index(self, name: str) -> int:
        return self.__struct_fields__.index(name)


class MagicSparkInput(Input, kw_only=True):
    """What ideas for tools are wanted."""

    expertise: Annotated[Text, Meta(description="What the user is an expert in.")]
    action: Annotated[MagicSparkAction, Meta(description="What to do.")] = "generate"
    target_audience: Annotated[str, Meta(description="Who the tool is for.")] = "General business audience"
    industry: Annotated[str | None, Meta(description="Industry; needed by the action examples.")] = None
    goals: Annotated[list[str] | None, Meta(description="What the tool is to achieve.")] = None
    original_suggestion: Annotated[
        Object | None, Meta(description="Suggestion to refine or to validate; needed by both actions.")
    ] = None
    user_context: Annotated[
        Object | None,
        Meta(description="For validate: expertiseLevel, timeAvailable, technicalSkills, targetComplexity."),
    ] = None

    def __post_init__(self) -> None:
        if self.action == "refine":
            self.needs("refine", "original_suggestion", "user_feedback")
        if self.action == "validate":
            self.needs("validate", "original_suggestion")
        if self.action == "examples":
            self.needs("examples", "industry")


class Suggestion(Fields, kw_only=True):
    """An idea that was chosen."""

    type: Annotated[Text, Meta(description="Kind of tool: calculator, quiz or assessment.")]
    title: Annotated[Text, Meta(description="Title of the tool.")]
    description: Annotated[str, Meta(description="What the tool does.")]
    framework: Annotated[Any, Meta(description="Method that the tool follows.")] = None
    complexity: Annotated[str | None, Meta(description="simple, medium or complex.")] = None


class LogicArchitectInput(Input, kw_only=True):
    """What a framework is wanted for."""

    selected_suggestion: Annotated[Suggestion, Meta(description="Idea to work out.")]
    expertise: Annotated[Text, Meta(description="What the user is an expert in.")]
    target_audience: Annotated[Text, Meta(description="Who the tool is for.")]
    action: Annotated[LogicArchitectAction, Meta(description="What to do.")] = "generate"
    current_framework: Annotated[
        Object | None, Meta(description="Framework to work on; needed by every action but generate.")
    ] = None

    def __post_init__(self) -> None:
        if self.action != "generate":
            self.needs(self.action, "current_framework", *(["user_feedback"] if self.action == "refine" else []))


class Framework(Fields, kw_only=True):
    """A framework as contents and styles need it."""

    type: Annotated[Text, Meta(description="Kind of tool.")]
    title: Annotated[Text, Meta(description="Title of the tool.")]
    structure: Annotated[Object, Meta(description="Its steps and logic.")]


class Branding(Fields, kw_only=True):
    """How the company wants to be seen."""

    tone: Annotated[Text, Meta(description="Tone of texts, such as friendly.")]
    company_name: Annotated[str | None, Meta(description="Name of the company.")] = None
    industry: Annotated[str | None, Meta(description="Its industry.")] = None
    colors: Annotated[Any, Meta(description="Its colors.")] = None
    logo_url: Annotated[str | None, Meta(description="Address of its logo.")] = None
    fonts: Annotated[Object | None, Meta(description="For styles: heading and body.")] = None


class ContentPreferences(Fields, kw_only=True):
    """What texts are to be like."""

    language: Annotated[str, Meta(description="Code of the language.")] = "en"
    length: Annotated[str, Meta(description="short, medium or long.")] = "medium"


class ContentCrafterInput(Input, kw_only=True):
    """What texts are wanted."""

    framework: Annotated[Framework, Meta(description="Tool that the texts are for.")]
    branding: Annotated[Branding, Meta(description="How they are to sound.")]
    target_audience: Annotated[Text, Meta(description="Who is to read them.")]
    action: Annotated[ContentCrafterAction, Meta(description="What to do.")] = "generate"
    content_preferences: Annotated[
        ContentPreferences | None, Meta(description="Language and length; needed by the action translate.")
    ] = None
    current_content: Annotated[
        Object | None, Meta(description="Texts to work on; needed by every action but generate.")
    ] = None

    def __post_init__(self) -> None:
        if self.action != "generate":
            more = {"refine": ["user_feedback"], "translate": ["content_preferences"]}.get(self.action, [])
            self.needs(self.action, "current_content", *more)


class Content(Fields, kw_only=True):
    """Texts as styles need them."""

    sections: Annotated[Object, Meta(description="Sections as contentCrafter writes them.")]


class StylePreferences(Fields, kw_only=True):
    """What the tool is to look like."""

    theme: Annotated[
        Literal["modern", "classic", "minimal", "bold", "elegant"] | None, Meta(description="Overall look.")
    ] = None
    color_scheme: Annotated[Literal["light", "dark", "auto"] | None, Meta(description="Background.")] = None
    layout: Annotated[
        Literal["single-page", "multi-step", "sidebar", "wizard"] | None, Meta(description="How steps are laid out.")
    ] = None
    animations: Annotated[bool | None, Meta(description="Whether anything moves.")] = None
    responsive_design: Annotated[bool | None, Meta(description="Whether it fits small screens.")] = None
    accessibility: Annotated[bool | None, Meta(description="Whether it suits assistive technology.")] = None


class StyleMasterInput(Input, kw_only=True):
    """What styles are wanted."""

    framework: Annotated[Framework, Meta(description="Tool that the styles are for.")]
    content: Annotated[Content, Meta(description="Its texts.")]
    branding: Annotated[Branding, Meta(description="Colors and fonts to use.")]
    action: Annotated[StyleMasterAction, Meta(description="What to do.")] = "generate"
    style_preferences: Annotated[StylePreferences | None, Meta(description="What is wished for.")] = None
    current_styles: Annotated[
        Object | None, Meta(description="Styles to work on; needed by every action but generate.")
    ] = None

    def __post_init__(self) -> None:
        if self.action != "generate":
            self.needs(self.action, "current_styles", *(["user_feedback"] if self.action == "refine" else []))


class AiMessage(Timed, kw_only=True, tag_field="process"):
    """What messages of all processes have."""

    message_type: Annotated[Literal["AI_PROCESSING"], Meta(description="Always AI_PROCESSING.")]
    session_id: Annotated[Text, Meta(max_length=256, description="Session that the result belongs to.")]
    user_id: Annotated[Text, Meta(max_length=256, description="User who is told of the progress.")]
    tool_id: Annotated[ToolId | None, Meta(description="Tool that is being made.")] = None
    priority: Annotated[Literal["high", "normal", "low"], Meta(description="Stored with the result.")] = "normal"


class MagicSparkMessage(AiMessage, kw_only=True, tag="magicSpark"):
    """Ideas for tools."""

    input: Annotated[MagicSparkInput, Meta(description="What is wanted.")]


class LogicArchitectMessage(AiMessage, kw_only=True, tag="logicArchitect"):
    """The framework of a tool: its steps and its logic."""

    input: Annotated[LogicArchitectInput, Meta(description="What is wanted.")]


class ContentCrafterMessage(AiMessage, kw_only=True, tag="contentCrafter"):
    """The texts of a tool."""

    input: Annotated[ContentCrafterInput, Meta(description="What is wanted.")]


class StyleMasterMessage(AiMessage, kw_only=True, tag="styleMaster"):
    """The look of a tool."""

    input: Annotated[StyleMasterInput, Meta(description="What is wanted.")]


Message = MagicSparkMessage | LogicArchitectMessage | ContentCrafterMessage | StyleMasterMessage

MESSAGE = Message
refusal = unstorable
