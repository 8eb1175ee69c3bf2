"""Block Kit's composition objects and elements as tables.

Numbers: Slack's Block Kit reference as of October 2026; where two sources disagree, the larger one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.sandbox.block_rules import (
    as_number,
    known_initial,
    one_of,
    ordered,
    unique_options,
)
from bot.sandbox.block_specs import Flag, Items, Num, Object, Shape, Spec, Str, Typed, any_text, plain

DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"
NUMBER = r"-?(\d+\.?\d*|\.\d+)"
WEB = r"https?://\S+"
ICONS = (
    "archive book bookmark bot bug calendar call caret-left caret-right check clipboard code comment compass copy cube "
    "download edit email eye-closed eye-open file flag folder gear globe heart help image info key lightbulb link map "
    "mobile new-window pin plus refine refresh rocket save screen share sparkle star star-filled tag thumbs-down "
    "thumbs-up trash upload user warning"
)
STYLE = Str(among=("primary", "danger"))
ID = Str(most=255)
LABEL = Str(most=75)
BUTTON_VALUE = Str(most=2000)
LINK = Str(most=3000)
PEOPLE = Items(Str(), most=10)

TEXTS: Mapping[str, Shape] = MappingProxyType(
    {
        "plain_text": Shape({"text": Str(most=3000)}, {"emoji": Flag()}),
        "mrkdwn": Shape({"text": Str(most=3000)}, {"verbatim": Flag()}),
    }
)

_RICH_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
_CONFIRM: dict[str, Spec] = {"title": plain(100), "text": any_text(300), "confirm": plain(30), "deny": plain(30)}
_OPTION: dict[str, Spec] = {"text": plain(75), "value": Str(most=150)}
_CHOICE: dict[str, Spec] = {"text": any_text(75), "value": Str(most=150)}
_FEEDBACK: dict[str, Spec] = {"text": plain(75), "value": BUTTON_VALUE}

OBJECTS: Mapping[str, Shape] = MappingProxyType(
    {
        "confirm": Shape(_CONFIRM, {"style": STYLE}),
        "option": Shape(_OPTION, {"description": plain(75)}),
        "choice": Shape(_CHOICE, {"description": any_text(75)}),
        "menu_option": Shape(_OPTION, {"description": plain(75), "url": LINK}),
        "option_group": Shape({"label": plain(75), "options": Items(Object("option"), most=100)}, {}),
        "filter": Shape(
            {},
            {
                "include": Items(Str(among=("im", "mpim", "private", "public"))),
                "exclude_bot_users": Flag(),
                "exclude_external_shared_channels": Flag(),
            },
        ),
        "dispatch": Shape(
            {}, {"trigger_actions_on": Items(Str(among=("on_enter_pressed", "on_character_entered")), most=2)}
        ),
        "slack_file": Shape({}, {"id": Str(), "url": LINK}, [one_of("id", "url")]),
        "workflow": Shape({"trigger": Object("trigger")}, {}),
        "trigger": Shape({"url": LINK}, {"customizable_input_parameters": Items(Object("parameter"), least=0)}),
        "parameter": Shape({"name": Str(), "value": Str(least=0)}, {}),
        "feedback": Shape(_FEEDBACK, {"accessibility_label": LABEL}),
        "rich_style": Shape({}, dict.fromkeys(_RICH_STYLES, Flag())),
        "column": Shape({}, {"align": Str(among=("left", "center", "right")), "is_wrapped": Flag()}),
    }
)

_CONFIRMED: dict[str, Spec] = {"confirm": Object("confirm")}
_ACTION: dict[str, Spec] = {"action_id": ID}
_FIELD: dict[str, Spec] = {**_ACTION, "focus_on_load": Flag()}
_TEXT_FIELD: dict[str, Spec] = {**_FIELD, "placeholder": plain(150), "dispatch_action_config": Object("dispatch")}
_MENU: dict[str, Spec] = {**_FIELD, **_CONFIRMED, "placeholder": plain(150)}
_MANY: dict[str, Spec] = {**_MENU, "max_selected_items": Num(least=1)}
_OPTIONS: dict[str, Spec] = {
    "options": Items(Object("option"), most=100),
    "option_groups": Items(Object("option_group"), most=100),
}
_CHOICES: dict[str, Spec] = {"options": Items(Object("choice"), most=10)}
_FIRST: dict[str, Spec] = {"initial_option": Object("option")}
_FIRSTS: dict[str, Spec] = {"initial_options": Items(Object("option"), most=100)}
_IDS = Items(Str())
_STATIC_RULES = (one_of("options", "option_groups"), unique_options, known_initial)

_BUTTONS: dict[str, Shape] = {
    "button": Shape(
        {"text": plain(75)},
        {
            **_ACTION,
            **_CONFIRMED,
            "url": LINK,
            "value": BUTTON_VALUE,
            "style": STYLE,
            "accessibility_label": LABEL,
            "agent_prompt": Str(most=4000),
            "agent_prompt_display": Str(),
            "visible_to_user_ids": PEOPLE,
        },
    ),
    "workflow_button": Shape(
        {"text": plain(75), "workflow": Object("workflow")},
        {**_ACTION, "style": STYLE, "accessibility_label": LABEL},
        surfaces=frozenset({"message"}),
    ),
    "icon_button": Shape(
        {"icon": Str(among=("trash",)), "text": plain(75)},
        {
            **_ACTION,
            **_CONFIRMED,
            "value": BUTTON_VALUE,
            "accessibility_label": LABEL,
            "visible_to_user_ids": PEOPLE,
        },
    ),
    "feedback_buttons": Shape(
        {"positive_button": Object("feedback"), "negative_button": Object("feedback")}, dict(_ACTION)
    ),
    "overflow": Shape(
        {"options": Items(Object("menu_option"), most=5)}, {**_ACTION, **_CONFIRMED}, rules=[unique_options]
    ),
}

_SELECTS: dict[str, Shape] = {
    "static_select": Shape({}, {**_MENU, **_OPTIONS, **_FIRST}, _STATIC_RULES),
    "external_select": Shape({}, {**_MENU, **_FIRST, "min_query_length": Num(least=0)}),
    "users_select": Shape({}, {**_MENU, "initial_user": Str()}),
    "conversations_select": Shape(
        {},
        {
            **_MENU,
            "initial_conversation": Str(),
            "default_to_current_conversation": Flag(),
            "response_url_enabled": Flag(),
            "filter": Object("filter"),
        },
    ),
    "channels_select": Shape({}, {**_MENU, "initial_channel": Str(), "response_url_enabled": Flag()}),
    "multi_static_select": Shape({}, {**_MANY, **_OPTIONS, **_FIRSTS}, _STATIC_RULES),
    "multi_external_select": Shape({}, {**_MANY, **_FIRSTS, "min_query_length": Num(least=0)}),
    "multi_users_select": Shape({}, {**_MANY, "initial_users": _IDS}),
    "multi_conversations_select": Shape(
        {},
        {
            **_MANY,
            "initial_conversations": _IDS,
            "default_to_current_conversation": Flag(),
            "filter": Object("filter"),
        },
    ),
    "multi_channels_select": Shape({}, {**_MANY, "initial_channels": _IDS}),
}

_CHOOSERS: dict[str, Shape] = {
    "checkboxes": Shape(
        dict(_CHOICES),
        {**_FIELD, **_CONFIRMED, "initial_options": Items(Object("choice"), most=10)},
        [unique_options, known_initial],
    ),
    "radio_buttons": Shape(
        dict(_CHOICES),
        {**_FIELD, **_CONFIRMED, "initial_option": Object("choice")},
        [unique_options, known_initial],
    ),
    "datepicker": Shape({}, {**_MENU, "initial_date": Str(pattern=DATE)}),
    "timepicker": Shape({}, {**_MENU, "initial_time": Str(pattern=TIME), "timezone": Str()}),
    "datetimepicker": Shape({}, {**_FIELD, **_CONFIRMED, "initial_date_time": Num(least=0, most=9_999_999_999)}),
}

_INPUTS: dict[str, Shape] = {
    "plain_text_input": Shape(
        {},
        {
            **_TEXT_FIELD,
            "initial_value": Str(most=3000, least=0),
            "multiline": Flag(),
            "min_length": Num(least=0, most=3000),
            "max_length": Num(least=1, most=3000),
        },
        [ordered("min_length", "max_length", as_number)],
    ),
    "number_input": Shape(
        {"is_decimal_allowed": Flag()},
        {
            **_TEXT_FIELD,
            "initial_value": Str(pattern=NUMBER),
            "min_value": Str(pattern=NUMBER),
            "max_value": Str(pattern=NUMBER),
        },
        [ordered("min_value", "max_value", as_number)],
    ),
    "email_text_input": Shape({}, {**_TEXT_FIELD, "initial_value": Str(least=0)}),
    "url_text_input": Shape({}, {**_TEXT_FIELD, "initial_value": Str(least=0)}),
    "rich_text_input": Shape(
        {},
        {
            **_TEXT_FIELD,
            "initial_value": Typed("block", ("rich_text",)),
            "min_lines": Num(least=1),
            "max_lines": Num(least=1),
        },
        [ordered("min_lines", "max_lines", as_number)],
    ),
    "file_input": Shape(
        {},
        {**_ACTION, "filetypes": Items(Str()), "max_files": Num(least=1, most=10)},
        surfaces=frozenset({"modal"}),
    ),
}

_PICTURES: dict[str, Shape] = {
    "image": Shape(
        {"alt_text": Str(most=2000)},
        {"image_url": Str(most=3000, pattern=WEB), "slack_file": Object("slack_file")},
        [one_of("image_url", "slack_file")],
    ),
    "icon": Shape({"name": Str(among=tuple(ICONS.split()))}, {}),
    "url": Shape({"url": LINK, "text": Str()}, {}),
}

ELEMENTS: Mapping[str, Shape] = MappingProxyType({**_BUTTONS, **_SELECTS, **_CHOOSERS, **_INPUTS, **_PICTURES})

_RICH_STYLE: dict[str, Spec] = {"style": Object("rich_style")}
_INLINE = ("text", "link", "emoji", "user", "channel", "usergroup", "team", "date", "broadcast", "color")
_RUN = Items(Typed("rich", _INLINE), least=0)
_BORDER = Num(least=0, most=1)

RICH: Mapping[str, Shape] = MappingProxyType(
    {
        "rich_text_section": Shape({"elements": _RUN}, {}),
        "rich_text_quote": Shape({"elements": _RUN}, {"border": _BORDER}),
        "rich_text_preformatted": Shape(
            {"elements": Items(Typed("rich", ("text", "link")), least=0)}, {"border": _BORDER, "language": Str()}
        ),
        "rich_text_list": Shape(
            {
                "style": Str(among=("bullet", "ordered")),
                "elements": Items(Typed("rich", ("rich_text_section", "rich_text_list"))),
            },
            {"indent": Num(least=0, most=8), "offset": Num(least=0), "border": _BORDER},
        ),
        "text": Shape({"text": Str()}, _RICH_STYLE),
        "link": Shape({"url": Str()}, {**_RICH_STYLE, "text": Str(), "unsafe": Flag()}),
        "emoji": Shape({"name": Str()}, {**_RICH_STYLE, "unicode": Str(), "skin_tone": Num(least=1, most=6)}),
        "user": Shape({"user_id": Str()}, _RICH_STYLE),
        "channel": Shape({"channel_id": Str()}, _RICH_STYLE),
        "usergroup": Shape({"usergroup_id": Str()}, _RICH_STYLE),
        "team": Shape({"team_id": Str()}, _RICH_STYLE),
        "date": Shape({"timestamp": Num(), "format": Str()}, {**_RICH_STYLE, "url": Str(), "fallback": Str()}),
        "broadcast": Shape({"range": Str(among=("here", "channel", "everyone"))}, _RICH_STYLE),
        "color": Shape({"value": Str()}, _RICH_STYLE),
    }
)
