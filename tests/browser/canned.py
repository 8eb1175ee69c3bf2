"""Canned Block Kit for the page's tests: messages, forms and a Home that between them use every block and element that the page draws."""

from typing import Any

Json = dict[str, Any]
AT = 1_764_018_300  # Monday 24 November 2025, 16:05 in Toronto


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, description: str | None = None) -> Json:
    made: Json = {"text": plain(text), "value": value}
    return made | ({"description": plain(description)} if description else {})


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": "L-7", **more}


def field(label: str, block_id: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "value", **element},
        **more,
    }


CONFIRM = {
    "title": plain("Reject this message?"),
    "text": mrkdwn("It will *not* be sent."),
    "confirm": plain("Reject"),
    "deny": plain("Keep it"),
    "style": "danger",
}
SOURCES = [
    option("Zillow", "zillow"),
    option("Bandit sign", "bandit"),
    option("Referral", "referral", "Someone sent them"),
]
AREAS = [
    option("Hamilton", "hamilton"),
    option("London", "london"),
    option("Ottawa", "ottawa"),
    option("Barrie", "barrie"),
]

LEAD_CARD: list[Json] = [
    {"type": "header", "block_id": "h", "text": plain("L-7  John Smith")},
    {
        "type": "section",
        "block_id": "who",
        "text": mrkdwn("*12 King St W*, Hamilton ON L8P 1A1\nPhone (416) •••-0134 · e-mail j•••@example.com"),
        "accessory": {
            "type": "static_select",
            "action_id": "status",
            "placeholder": plain("Status"),
            "options": [option("New", "new"), option("Qualified", "qualified"), option("Disqualified", "disqualified")],
            "initial_option": option("Qualified", "qualified"),
        },
    },
    {
        "type": "section",
        "block_id": "facts",
        "fields": [
            mrkdwn("*Market*\nHamilton"),
            mrkdwn("*Rep*\n<@U0DANA>"),
            mrkdwn("*Offer*\n$310,000.00"),
            mrkdwn("*Liquidity*\n0.72 (0.58–0.83)"),
        ],
    },
    {"type": "divider", "block_id": "d"},
    {
        "type": "context",
        "block_id": "next",
        "elements": [
            {"type": "image", "image_url": "https://example.com/clock.png", "alt_text": "clock"},
            mrkdwn(f"Next: SMS step 1 of 6, <!date^{AT}^{{date_short_pretty}} at {{time}}|16:05>: waits for approval"),
        ],
    },
    {
        "type": "actions",
        "block_id": "do",
        "elements": [
            button("Log a call", "log_call"),
            button("Price", "price", style="primary"),
            button("Reject", "reject", style="danger", confirm=CONFIRM),
            {"type": "button", "text": plain("Open the map"), "action_id": "map", "url": "https://example.com/map"},
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("Snooze", "snooze"), option("Hand over", "hand_over")],
            },
        ],
    },
]

FORMATS = (
    "*bold* _italic_ ~strike~ `code` 2*3*4 snake_case_name :warning: :nonsense:\n"
    "> a quote &amp; more\n• first\n• second\n"
    "```let x = 1 &lt; 2;\n*not bold*```\n"
    "<https://example.com/a_b_c|a link> <mailto:jo@example.com> <@U0LEE> <#C0KPI> <!channel> <script>alert(1)</script>\n"
    f"_<https://example.com/x_y|slanted>_ <!date^{AT}^{{date_long}} at {{time}}|then>"
)

RICH: list[Json] = [
    {
        "type": "rich_text",
        "block_id": "rich",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Rich ", "style": {"bold": True}},
                    {"type": "text", "text": "code", "style": {"code": True}},
                    {"type": "text", "text": " for "},
                    {"type": "user", "user_id": "U0SAM"},
                    {"type": "text", "text": " in "},
                    {"type": "channel", "channel_id": "C0LEADS"},
                    {"type": "emoji", "name": "tada"},
                    {"type": "link", "url": "https://example.com", "text": "rich link"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "One"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "Two"}]},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Quoted"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "pre\nformatted"}]},
        ],
    },
    {
        "type": "markdown",
        "block_id": "md",
        "text": "# Report\n\n**Offers** were *up*, see [the list](https://example.com/list).\n\n- one\n- two\n\n| Market | Deals |\n|---|---|\n| London | 4 |\n",
    },
]


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def number(value: float, text: str) -> Json:
    return {"type": "raw_number", "value": value, "text": text}


def chart(title: str, kind: str) -> Json:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    series = [("Leads", (14, 11, 9, 16, 12)), ("Offers", (5, 4, 6, 7, 3))]
    return {
        "type": "data_visualization",
        "block_id": f"chart-{kind}",
        "title": title,
        "chart": {
            "type": kind,
            "series": [
                {
                    "name": name,
                    "data": [{"label": day, "value": value} for day, value in zip(days, values, strict=True)],
                }
                for name, values in series
            ],
            "axis_config": {"categories": days, "x_label": "Day", "y_label": "Count"},
        },
    }


PIE: Json = {
    "type": "data_visualization",
    "block_id": "chart-pie",
    "title": "Where leads come from",
    "chart": {
        "type": "pie",
        "segments": [
            {"label": "Zillow", "value": 45},
            {"label": "Signs", "value": 30},
            {"label": "Referral", "value": 25},
        ],
    },
}
MARKETS = [
    ("Hamilton", 9, 0.72),
    ("London", 4, 0.41),
    ("Ottawa", 11, 0.66),
    ("Barrie", 2, 0.3),
    ("Guelph", 6, 0.5),
    ("Kingston", 1, 0.22),
]
TABLES: list[Json] = [
    {
        "type": "table",
        "block_id": "table",
        "column_settings": [{"is_wrapped": True}, {"align": "right"}],
        "rows": [
            [cell("Follow-ups"), cell("On time")],
            [cell("This week"), cell("31 of 36")],
            [cell("Last week"), cell("29 of 36")],
        ],
    },
    {
        "type": "data_table",
        "block_id": "data",
        "caption": "Liquidity by market",
        "page_size": 4,
        "rows": [
            [cell("Market"), cell("Buyers"), cell("Liquidity")],
            *[
                [cell(name), number(buyers, str(buyers)), number(score, f"{score:.2f}")]
                for name, buyers, score in MARKETS
            ],
        ],
    },
]
DIGEST: list[Json] = [
    {"type": "header", "block_id": "dh", "text": plain("Tuesday 24 November · Hamilton team")},
    chart("Leads and offers, five days", "bar"),
    chart("The same as lines", "line"),
]
ODDS: list[Json] = [
    PIE,
    *TABLES,
    {
        "type": "image",
        "block_id": "img",
        "title": plain("The house"),
        "image_url": "https://example.com/house.png",
        "alt_text": "A brick house",
    },
    {
        "type": "card",
        "block_id": "card",
        "title": mrkdwn("12 King St W"),
        "subtitle": mrkdwn("Hamilton ON"),
        "body": mrkdwn("Three beds, *needs a roof*."),
        "actions": [button("Open", "open_card")],
    },
    {"type": "hologram", "block_id": "odd"},
    {
        "type": "actions",
        "block_id": "picks",
        "elements": [
            {"type": "multi_static_select", "action_id": "areas", "placeholder": plain("Areas"), "options": AREAS},
            {"type": "users_select", "action_id": "person", "placeholder": plain("Pick a person")},
            {"type": "datepicker", "action_id": "day", "placeholder": plain("A day"), "initial_date": "2025-11-24"},
            {"type": "radio_buttons", "action_id": "yesno", "options": [option("Yes", "yes"), option("No", "no")]},
            {
                "type": "checkboxes",
                "action_id": "checks",
                "options": [option("Roof", "roof"), option("Furnace", "furnace")],
            },
            {"type": "hologram_select", "action_id": "holo"},
        ],
    },
]


def home_view(person: str, stage: str = "all") -> Json:
    return {
        "id": "VHOME",
        "type": "home",
        "blocks": [
            {"type": "header", "block_id": "hh", "text": plain("Needs me now")},
            {
                "type": "section",
                "block_id": "hs",
                "text": mrkdwn(f"Good afternoon, *{person}*. Stage: {stage}"),
                "accessory": button("Open", "open_first"),
            },
            {"type": "divider", "block_id": "hd"},
            {
                "type": "input",
                "block_id": "stage",
                "dispatch_action": True,
                "label": plain("Stage"),
                "element": {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [option("All", "all"), option("Offered", "offered")],
                },
            },
            {
                "type": "actions",
                "block_id": "ha",
                "elements": [button("New lead", "home_new", style="primary"), button("Price an offer", "home_offer")],
            },
        ],
    }


def row(ts: str, user: str, text: str = "", **more: Any) -> Json:
    base: Json = {
        "blocks": [],
        "attachments": [],
        "reactions": [],
        "thread_ts": None,
        "reply_count": 0,
        "ephemeral": False,
        "edited": False,
        "metadata": None,
    }
    name = {"U0VALHALLA": "Valhalla", "U0DANA": "Dana Okafor", "U0LEE": "Lee Tremblay"}[user]
    return {"ts": ts, "user": user, "username": name, "text": text, "bot": user == "U0VALHALLA"} | base | more
