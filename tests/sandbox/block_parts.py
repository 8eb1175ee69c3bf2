"""Small builders of valid Block Kit parts; a case overrides what it is about."""


def plain(text="Words"):
    return {"type": "plain_text", "text": text}


def mrkdwn(text="*Words*"):
    return {"type": "mrkdwn", "text": text}


def section(**over):
    return {"type": "section", "text": mrkdwn(), **over}


def button(**over):
    return {"type": "button", "text": plain("Go"), "action_id": "go", **over}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def option(value="a", text="A", **over):
    return {"text": plain(text), "value": value, **over}


def select(**over):
    return {"type": "static_select", "action_id": "s", "options": [option("a", "A"), option("b", "B")], **over}


def field(element, **over):
    return {"type": "input", "label": plain("Name"), "element": element, **over}


def text_input(**over):
    return {"type": "plain_text_input", "action_id": "t", **over}


def image(**over):
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A house", **over}


def confirm(**over):
    return {"title": plain("Sure?"), "text": mrkdwn("Really"), "confirm": plain("Yes"), "deny": plain("No"), **over}


def raw(text="x"):
    return {"type": "raw_text", "text": text}


def number(value=1):
    return {"type": "raw_number", "value": value, "text": str(value)}


def rich(*elements):
    return {"type": "rich_text", "elements": list(elements) or [rich_section({"type": "text", "text": "x"})]}


def rich_section(*elements):
    return {"type": "rich_text_section", "elements": list(elements)}


def data_table(rows=None, **over):
    rows = rows or [[raw("Market"), raw("Leads")], [raw("Hamilton"), number(14)]]
    return {"type": "data_table", "caption": "Leads", "rows": rows, **over}


def series(name="Leads", labels=("Mon", "Tue")):
    return {"name": name, "data": [{"label": label, "value": 1} for label in labels]}


def chart(kind="bar", *, rows=None, categories=("Mon", "Tue"), title="Leads"):
    axis = {"categories": list(categories), "x_label": "Day", "y_label": "Leads"}
    inner = {"type": kind, "series": rows or [series()], "axis_config": axis}
    return {"type": "data_visualization", "title": title, "chart": inner}


def pie(*values):
    segments = [{"label": f"Part {n}", "value": value} for n, value in enumerate(values)]
    return {"type": "data_visualization", "title": "Share", "chart": {"type": "pie", "segments": segments}}


def card(**over):
    return {"type": "card", "title": mrkdwn("L-7"), **over}


def container(*children, **over):
    return {"type": "container", "title": plain("Group"), "child_blocks": list(children) or [section()], **over}


def task(**over):
    return {"type": "task_card", "task_id": "1", "title": "Call", "status": "pending", **over}


def video(**over):
    urls = {"video_url": "https://example.com/v", "thumbnail_url": "https://example.com/t.png"}
    return {"type": "video", "alt_text": "Tour", "title": plain("Tour"), **urls, **over}


def modal(*blocks, **over):
    return {"type": "modal", "title": plain("New lead"), "submit": plain("Save"), "blocks": list(blocks), **over}


def home(*blocks, **over):
    return {"type": "home", "blocks": list(blocks), **over}
