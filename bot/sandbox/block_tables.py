"""Block Kit's blocks, charts and table cells as tables, and which block may stand on which surface."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.sandbox.block_rules import (
    cell_total,
    needs,
    not_both,
    one_of,
    plain_header,
    same_width,
    series_fit,
    some_of,
    unique_actions,
)
from bot.sandbox.block_specs import Anything, Flag, Items, Num, Object, Shape, Spec, Str, Typed, any_text, plain
from bot.sandbox.element_tables import ELEMENTS, ID, LINK, OBJECTS, RICH, TEXTS, WEB

_SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MULTI_SELECTS = tuple(f"multi_{name}" for name in _SELECTS)
_PICKERS = ("checkboxes", "radio_buttons", "datepicker", "timepicker")
_TEXT_INPUTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input")

ACCESSORIES = ("button", "image", "overflow", "workflow_button", *_PICKERS, *_SELECTS, *_MULTI_SELECTS)
ACTIONS = ("button", "overflow", "workflow_button", "datetimepicker", *_PICKERS, *_SELECTS, *_MULTI_SELECTS)
INPUTS = ("datetimepicker", "file_input", *_TEXT_INPUTS, *_PICKERS, *_SELECTS, *_MULTI_SELECTS)
CHILDREN = (
    "actions", "card", "carousel", "context", "data_table", "data_visualization", "divider", "header", "image",
    "input", "markdown", "rich_text", "section", "table", "video",
)  # fmt: skip

_IMAGE = Typed("element", ("image",))
_RICH_TEXT = Typed("block", ("rich_text",))
_CELL = Typed("cell", ("raw_text", "raw_number", "rich_text"))
_HTTPS = Str(most=3000, pattern=r"https://\S+")
_BLOCK: dict[str, Spec] = {"block_id": ID}
_SERIES: dict[str, Spec] = {"series": Items(Object("series"), most=12), "axis_config": Object("axis")}

CHARTS: Mapping[str, Shape] = MappingProxyType(
    {
        "pie": Shape({"segments": Items(Object("segment"), most=12)}, {}),
        "bar": Shape(_SERIES, {}, [series_fit]),
        "area": Shape(_SERIES, {}, [series_fit]),
        "line": Shape(_SERIES, {}, [series_fit]),
    }
)

CHART_OBJECTS: Mapping[str, Shape] = MappingProxyType(
    {
        "segment": Shape({"label": Str(most=20), "value": Num(whole=False, above=0)}, {}),
        "series": Shape({"name": Str(most=20), "data": Items(Object("point"), most=20)}, {}),
        "point": Shape({"label": Str(most=20), "value": Num(whole=False)}, {}),
        "axis": Shape({"categories": Items(Str(most=20), most=20)}, {"x_label": Str(most=50), "y_label": Str(most=50)}),
    }
)

CELLS: Mapping[str, Shape] = MappingProxyType(
    {
        "raw_text": Shape({"text": Str()}, {}),
        "raw_number": Shape({"value": Num(whole=False)}, {"text": Str()}),
    }
)

_TEXT_BLOCKS: dict[str, Shape] = {
    "section": Shape(
        {},
        {
            **_BLOCK,
            "text": any_text(3000),
            "fields": Items(any_text(2000), most=10),
            "accessory": Typed("element", ACCESSORIES),
            "expand": Flag(),
        },
        [some_of("text", "fields")],
    ),
    "header": Shape({"text": plain(150)}, {**_BLOCK, "level": Num(least=1, most=4)}),
    "divider": Shape({}, _BLOCK),
    "markdown": Shape({"text": Str(most=12_000)}, _BLOCK),
    "rich_text": Shape(
        {
            "elements": Items(
                Typed("rich", ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"))
            )
        },
        _BLOCK,
    ),
    "context": Shape({"elements": Items(Typed("element", ("image", "plain_text", "mrkdwn")), most=10)}, _BLOCK),
    "alert": Shape(
        {"text": any_text(200)}, {**_BLOCK, "level": Str(among=("default", "info", "warning", "error", "success"))}
    ),
}

_ACTION_BLOCKS: dict[str, Shape] = {
    "actions": Shape({"elements": Items(Typed("element", ACTIONS), most=25)}, _BLOCK, [unique_actions]),
    "context_actions": Shape(
        {"elements": Items(Typed("element", ("feedback_buttons", "icon_button")), most=5)}, _BLOCK, [unique_actions]
    ),
    "input": Shape(
        {"label": plain(2000), "element": Typed("element", INPUTS)},
        {**_BLOCK, "hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
    ),
    "auth_provider": Shape(
        {"value": Str(most=150), "name": plain(75), "is_connected": Flag()},
        {
            **_BLOCK,
            "description": plain(150),
            "icon_url": _HTTPS,
            "auth_url": _HTTPS,
            "disconnect_url": _HTTPS,
            "connected_identity": plain(75),
            "connected_context": plain(75),
            "accessory": Typed("element", ("overflow",)),
            "fallback": Items(Typed("block", CHILDREN), least=0),
        },
    ),
}

_MEDIA_BLOCKS: dict[str, Shape] = {
    "image": Shape(
        {"alt_text": Str(most=2000)},
        {
            **_BLOCK,
            "image_url": Str(most=3000, pattern=WEB),
            "slack_file": Object("slack_file"),
            "title": plain(2000),
        },
        [one_of("image_url", "slack_file")],
    ),
    "video": Shape(
        {"alt_text": Str(), "title": plain(200), "video_url": _HTTPS, "thumbnail_url": LINK},
        {
            **_BLOCK,
            "title_url": _HTTPS,
            "description": plain(200),
            "author_name": Str(most=50),
            "provider_name": Str(most=50),
            "provider_icon_url": LINK,
        },
    ),
    "file": Shape({"external_id": Str(), "source": Str(among=("remote",))}, _BLOCK),
    "call": Shape({"call_id": Str()}, {**_BLOCK, "api_decoration_available": Flag(), "call": Anything()}),
}

_DATA_BLOCKS: dict[str, Shape] = {
    "table": Shape(
        {"rows": Items(Items(_CELL, most=20), most=100)},
        {**_BLOCK, "column_settings": Items(Object("column"), most=20, nullable=True)},
    ),
    "data_table": Shape(
        {"caption": Str(), "rows": Items(Items(_CELL, most=20), least=2, most=201)},
        {**_BLOCK, "page_size": Num(least=1, most=100), "row_header_column_index": Num(least=0)},
        [same_width, plain_header, cell_total],
    ),
    "data_visualization": Shape({"title": Str(most=50), "chart": Typed("chart", tuple(CHARTS))}, _BLOCK),
}

_GROUP_BLOCKS: dict[str, Shape] = {
    "card": Shape(
        {},
        {
            **_BLOCK,
            "hero_image": _IMAGE,
            "icon": _IMAGE,
            "slack_icon": Typed("element", ("icon",)),
            "title": any_text(150),
            "subtitle": any_text(150),
            "body": any_text(200),
            "subtext": any_text(200),
            "actions": Items(Typed("element", ("button",)), most=3),
        },
        [some_of("title", "body", "hero_image", "actions"), not_both("icon", "slack_icon"), unique_actions],
    ),
    "carousel": Shape({"elements": Items(Typed("block", ("card",)), most=10)}, _BLOCK),
    "container": Shape(
        {"child_blocks": Items(Typed("block", CHILDREN), most=10)},
        {
            **_BLOCK,
            "title": plain(150),
            "rich_text_title": _RICH_TEXT,
            "subtitle": any_text(150),
            "icon": _IMAGE,
            "width": Str(among=("narrow", "standard", "wide", "full")),
            "is_collapsible": Flag(),
            "default_collapsed": Flag(),
            "has_header_divider": Flag(),
        },
        [
            some_of("title", "rich_text_title"),
            not_both("is_collapsible", "has_header_divider"),
            needs("default_collapsed", "is_collapsible"),
        ],
    ),
    "task_card": Shape(
        {"task_id": Str(), "title": Str(), "status": Str(among=("pending", "in_progress", "complete", "error"))},
        {
            **_BLOCK,
            "details": _RICH_TEXT,
            "output": _RICH_TEXT,
            "sources": Items(Typed("element", ("url",)), least=0),
        },
    ),
    "plan": Shape({"title": Str()}, {**_BLOCK, "tasks": Items(Typed("block", ("task_card",)), least=0, most=50)}),
}

BLOCKS: Mapping[str, Shape] = MappingProxyType(
    {**_TEXT_BLOCKS, **_ACTION_BLOCKS, **_MEDIA_BLOCKS, **_DATA_BLOCKS, **_GROUP_BLOCKS}
)

TABLES: Mapping[str, Mapping[str, Shape]] = MappingProxyType(
    {
        "block": BLOCKS,
        "element": {**ELEMENTS, **TEXTS},
        "text": TEXTS,
        "rich": RICH,
        "cell": {**CELLS, "rich_text": BLOCKS["rich_text"]},
        "chart": CHARTS,
        "object": {**OBJECTS, **CHART_OBJECTS},
    }
)

_EVERYWHERE = ("actions", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video")
SURFACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "modal": (*_EVERYWHERE, "alert"),
        "home": (*_EVERYWHERE, "carousel", "container", "data_table", "data_visualization", "table"),
        "message": tuple(name for name in BLOCKS if name != "alert"),
    }
)

_VIEW: dict[str, Spec] = {
    "private_metadata": Str(most=3000, least=0),
    "callback_id": Str(most=255, least=0),
    "external_id": Str(most=255, least=0),
}
VIEWS: Mapping[str, Shape] = MappingProxyType(
    {
        "modal": Shape(
            {"title": plain(24)},
            {
                **_VIEW,
                "submit": plain(24),
                "close": plain(24),
                "clear_on_close": Flag(),
                "notify_on_close": Flag(),
                "submit_disabled": Flag(),
            },
        ),
        "home": Shape({}, _VIEW),
    }
)
