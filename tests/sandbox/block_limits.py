"""Every largest number of Block Kit: (name, surface, a block of size n, the last n that passes)."""

from tests.sandbox.block_parts import (
    actions,
    button,
    card,
    chart,
    confirm,
    container,
    data_table,
    field,
    image,
    mrkdwn,
    option,
    pie,
    plain,
    raw,
    rich,
    rich_section,
    section,
    select,
    series,
    task,
    text_input,
    video,
)


def words(n):
    return plain("x" * n)


def link(n):
    return "https://example.com/".ljust(n, "x")


def context_action(**over):
    return {"type": "icon_button", "icon": "trash", "text": plain(), **over}


def feedback(**over):
    answer = {"text": plain(), "value": "y"}
    buttons = {"positive_button": {**answer, **over}, "negative_button": answer}
    return {"type": "context_actions", "elements": [{"type": "feedback_buttons", **buttons}]}


def numbered(n):
    return [option(str(index)) for index in range(n)]


def group(n=1, label=None):
    return {"label": label or plain(), "options": numbered(n)}


def groups(n):
    return [{"label": plain(), "options": [option(str(index))]} for index in range(n)]


def multi(n):
    return {
        "type": "multi_static_select",
        "options": numbered(100),
        "initial_options": [option(str(i % 100)) for i in range(n)],
    }


def checks(n, **over):
    return {"type": "checkboxes", "options": numbered(n), **over}


def workflow(**over):
    return {"type": "workflow_button", "text": plain(), "workflow": {"trigger": {"url": link(30)}}, **over}


def provider(**over):
    return {"type": "auth_provider", "value": "crm", "name": plain(), "is_connected": True, **over}


def part(label):
    return {
        "type": "data_visualization",
        "title": "x",
        "chart": {"type": "pie", "segments": [{"label": label, "value": 1}]},
    }


def axis(**over):
    block = chart()
    block["chart"]["axis_config"] |= over
    return block


def days(n):
    names = [str(index) for index in range(n)]
    return chart(rows=[series(labels=names)], categories=names)


def one_day(n):
    return chart(rows=[series(labels=["x" * n])], categories=["x" * n])


def bullets(**over):
    return rich({"type": "rich_text_list", "style": "bullet", "elements": [rich_section()], **over})


def table(columns, rows=1, settings=1):
    return {"type": "table", "rows": [[raw()] * columns] * rows, "column_settings": [None] * settings}


LIMITS = [
    ("section text", "message", lambda n: section(text=words(n)), 3000),
    ("section text in mrkdwn", "message", lambda n: section(text=mrkdwn("x" * n)), 3000),
    ("section fields", "message", lambda n: section(fields=[plain()] * n), 10),
    ("section field", "message", lambda n: section(fields=[words(n)]), 2000),
    ("header", "message", lambda n: {"type": "header", "text": words(n)}, 150),
    ("block_id", "message", lambda n: section(block_id="x" * n), 255),
    ("actions", "message", lambda n: actions(*(button(action_id=str(i)) for i in range(n))), 25),
    ("context", "message", lambda n: {"type": "context", "elements": [plain()] * n}, 10),
    ("context actions", "message", lambda n: {"type": "context_actions", "elements": [context_action()] * n}, 5),
    ("action_id", "message", lambda n: actions(button(action_id="x" * n)), 255),
    ("button text", "message", lambda n: actions(button(text=words(n))), 75),
    ("button value", "message", lambda n: actions(button(value="x" * n)), 2000),
    ("button url", "message", lambda n: actions(button(url=link(n))), 3000),
    ("button label", "message", lambda n: actions(button(accessibility_label="x" * n)), 75),
    ("button prompt", "message", lambda n: actions(button(agent_prompt="x" * n)), 4000),
    ("people who see a button", "message", lambda n: actions(button(visible_to_user_ids=["U1"] * n)), 10),
    ("confirm title", "message", lambda n: actions(button(confirm=confirm(title=words(n)))), 100),
    ("confirm text", "message", lambda n: actions(button(confirm=confirm(text=words(n)))), 300),
    ("confirm yes", "message", lambda n: actions(button(confirm=confirm(confirm=words(n)))), 30),
    ("confirm no", "message", lambda n: actions(button(confirm=confirm(deny=words(n)))), 30),
    ("workflow button text", "message", lambda n: actions(workflow(text=words(n))), 75),
    ("icon button text", "message", lambda n: {"type": "context_actions", "elements": [context_action(text=words(n))]}, 75),
    ("feedback text", "message", lambda n: feedback(text=words(n)), 75),
    ("feedback value", "message", lambda n: feedback(value="x" * n), 2000),
    ("options", "message", lambda n: actions(select(options=numbered(n))), 100),
    ("groups", "message", lambda n: actions({"type": "static_select", "option_groups": groups(n)}), 100),
    ("options of a group", "message", lambda n: actions({"type": "static_select", "option_groups": [group(n)]}), 100),
    ("group label", "message", lambda n: actions({"type": "static_select", "option_groups": [group(label=words(n))]}), 75),
    ("initial options", "message", lambda n: section(accessory=multi(n)), 100),
    ("option text", "message", lambda n: actions(select(options=[option(text="x" * n)])), 75),
    ("option value", "message", lambda n: actions(select(options=[option("x" * n)])), 150),
    ("option description", "message", lambda n: actions(select(options=[option(description=words(n))])), 75),
    ("choices", "message", lambda n: section(accessory=checks(n)), 10),
    ("choice text", "message", lambda n: section(accessory=checks(1, options=[option(text="x" * n)])), 75),
    ("choice value", "message", lambda n: section(accessory=checks(1, options=[option("x" * n)])), 150),
    ("choice description", "message", lambda n: section(accessory=checks(1, options=[option(description=words(n))])), 75),
    ("initial choices", "message", lambda n: section(accessory=checks(1, initial_options=[option("0")] * n)), 10),
    ("overflow", "message", lambda n: section(accessory={"type": "overflow", "options": numbered(n)}), 5),
    ("overflow description", "message", lambda n: section(accessory={"type": "overflow", "options": [option(description=words(n))]}), 75),
    ("placeholder of a menu", "message", lambda n: actions(select(placeholder=words(n))), 150),
    ("placeholder of a field", "modal", lambda n: field(text_input(placeholder=words(n))), 150),
    ("instant", "modal", lambda n: field({"type": "datetimepicker", "initial_date_time": n}), 9_999_999_999),
    ("input label", "modal", lambda n: field(text_input(), label=words(n)), 2000),
    ("input hint", "modal", lambda n: field(text_input(), hint=words(n)), 2000),
    ("text as it stands", "modal", lambda n: field(text_input(initial_value="x" * n)), 3000),
    ("least length", "modal", lambda n: field(text_input(min_length=n)), 3000),
    ("most length", "modal", lambda n: field(text_input(max_length=n)), 3000),
    ("dispatch", "modal", lambda n: field(text_input(dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"] * n})), 2),
    ("files", "modal", lambda n: field({"type": "file_input", "max_files": n}), 10),
    ("image alt", "message", lambda n: image(alt_text="x" * n), 2000),
    ("image url", "message", lambda n: image(image_url=link(n)), 3000),
    ("image title", "message", lambda n: image(title=words(n)), 2000),
    ("small image alt", "message", lambda n: section(accessory=image(alt_text="x" * n)), 2000),
    ("small image url", "message", lambda n: section(accessory=image(image_url=link(n))), 3000),
    ("video title", "message", lambda n: video(title=words(n)), 200),
    ("video description", "message", lambda n: video(description=words(n)), 200),
    ("video author", "message", lambda n: video(author_name="x" * n), 50),
    ("video provider", "message", lambda n: video(provider_name="x" * n), 50),
    ("video url", "message", lambda n: video(video_url=link(n)), 3000),
    ("list indent", "message", lambda n: bullets(indent=n), 8),
    ("list border", "message", lambda n: bullets(border=n), 1),
    ("skin tone", "message", lambda n: rich(rich_section({"type": "emoji", "name": "wave", "skin_tone": n})), 6),
    ("Markdown", "message", lambda n: {"type": "markdown", "text": "x" * n}, 12_000),
    ("alert", "modal", lambda n: {"type": "alert", "text": words(n)}, 200),
    ("table rows", "message", lambda n: table(1, rows=n), 100),
    ("table columns", "message", table, 20),
    ("table settings", "message", lambda n: table(1, settings=n), 20),
    ("data table rows", "message", lambda n: data_table([[raw()]] * n), 201),
    ("data table columns", "message", lambda n: data_table([[raw()] * n] * 2), 20),
    ("data table page", "message", lambda n: data_table(page_size=n), 100),
    ("data table text", "message", lambda n: data_table([[raw("x" * (n - 1))], [raw()]]), 20_000),
    ("chart title", "message", lambda n: chart(title="x" * n), 50),
    ("pie", "message", lambda n: pie(*[1] * n), 12),
    ("pie label", "message", lambda n: part("x" * n), 20),
    ("series", "message", lambda n: chart(rows=[series(str(i)) for i in range(n)]), 12),
    ("series name", "message", lambda n: chart(rows=[series("x" * n)]), 20),
    ("points and categories", "message", days, 20),
    ("point and category label", "message", one_day, 20),
    ("x label", "message", lambda n: axis(x_label="x" * n), 50),
    ("y label", "message", lambda n: axis(y_label="x" * n), 50),
    ("card title", "message", lambda n: card(title=words(n)), 150),
    ("card subtitle", "message", lambda n: card(subtitle=words(n)), 150),
    ("card body", "message", lambda n: card(body=words(n)), 200),
    ("card subtext", "message", lambda n: card(subtext=words(n)), 200),
    ("card buttons", "message", lambda n: card(actions=[button(action_id=str(i)) for i in range(n)]), 3),
    ("carousel", "message", lambda n: {"type": "carousel", "elements": [card()] * n}, 10),
    ("container", "message", lambda n: container(*[section()] * n), 10),
    ("container title", "message", lambda n: container(title=words(n)), 150),
    ("container subtitle", "message", lambda n: container(subtitle=words(n)), 150),
    ("plan", "message", lambda n: {"type": "plan", "title": "x", "tasks": [task()] * n}, 50),
    ("provider value", "message", lambda n: provider(value="x" * n), 150),
    ("provider name", "message", lambda n: provider(name=words(n)), 75),
    ("provider description", "message", lambda n: provider(description=words(n)), 150),
    ("provider identity", "message", lambda n: provider(connected_identity=words(n)), 75),
    ("provider context", "message", lambda n: provider(connected_context=words(n)), 75),
]  # fmt: skip

LEAST = [
    ("selected", "modal", lambda n: field({"type": "multi_users_select", "max_selected_items": n}), 1),
    ("query", "modal", lambda n: field({"type": "external_select", "min_query_length": n}), 0),
    ("query of many", "modal", lambda n: field({"type": "multi_external_select", "min_query_length": n}), 0),
    ("instant", "modal", lambda n: field({"type": "datetimepicker", "initial_date_time": n}), 0),
    ("least length", "modal", lambda n: field(text_input(min_length=n)), 0),
    ("most length", "modal", lambda n: field(text_input(max_length=n)), 1),
    ("fewest lines", "modal", lambda n: field({"type": "rich_text_input", "min_lines": n}), 1),
    ("most lines", "modal", lambda n: field({"type": "rich_text_input", "max_lines": n}), 1),
    ("files", "modal", lambda n: field({"type": "file_input", "max_files": n}), 1),
    ("header level", "modal", lambda n: {"type": "header", "text": plain(), "level": n}, 1),
    ("data table page", "message", lambda n: data_table(page_size=n), 1),
    ("row header", "message", lambda n: data_table(row_header_column_index=n), 0),
    ("list indent", "message", lambda n: bullets(indent=n), 0),
    ("list offset", "message", lambda n: bullets(offset=n), 0),
    ("list border", "message", lambda n: bullets(border=n), 0),
    ("skin tone", "message", lambda n: rich(rich_section({"type": "emoji", "name": "wave", "skin_tone": n})), 1),
]
