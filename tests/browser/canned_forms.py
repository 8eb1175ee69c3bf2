"""Canned modal views: one with every kind of field, and one to stack on it."""

from tests.browser.canned import AREAS, AT, SOURCES, Json, button, field, mrkdwn, option, plain


def lead_form(mao: str = "not priced yet") -> Json:
    """A modal with every kind of field; the ARV field tells the app what was typed."""
    return {
        "id": "V1",
        "type": "modal",
        "callback_id": "lead",
        "title": plain("New lead"),
        "submit": plain("Save lead"),
        "close": plain("Cancel"),
        "previous_view_id": None,
        "blocks": [
            {
                "type": "alert",
                "block_id": "alert",
                "level": "warning",
                "text": mrkdwn("*Two leads* have this phone number."),
            },
            field(
                "Seller’s name",
                "name",
                {"type": "plain_text_input", "max_length": 60, "placeholder": plain("John Smith")},
            ),
            field("Phone", "phone", {"type": "plain_text_input"}, hint=plain("Ten digits, any punctuation.")),
            field("E-mail", "email", {"type": "email_text_input"}, optional=True),
            field("Listing", "url", {"type": "url_text_input"}, optional=True),
            field(
                "ARV",
                "arv",
                {
                    "type": "number_input",
                    "is_decimal_allowed": True,
                    "min_value": "0",
                    "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
                },
                dispatch_action=True,
                optional=True,
            ),
            {"type": "context", "block_id": "mao", "elements": [mrkdwn(f"MAO: {mao}")]},
            field(
                "Source",
                "source",
                {"type": "static_select", "options": SOURCES, "placeholder": plain("Pick one")},
                optional=True,
            ),
            field(
                "Areas",
                "areas",
                {"type": "multi_static_select", "options": AREAS, "max_selected_items": 2},
                optional=True,
            ),
            field("Rep", "rep", {"type": "users_select", "initial_user": "U0DANA"}),
            field("Tell", "tell", {"type": "multi_conversations_select"}, optional=True),
            field("Channel", "channel", {"type": "channels_select"}, optional=True),
            field("Closing on", "closing", {"type": "datepicker"}, optional=True),
            field("Call at", "call", {"type": "timepicker", "initial_time": "09:30"}, optional=True),
            field("Remind me", "remind", {"type": "datetimepicker", "initial_date_time": AT}, optional=True),
            field(
                "Type",
                "type",
                {"type": "radio_buttons", "options": [option("House", "SFR"), option("Condo", "CONDO")]},
                optional=True,
            ),
            field(
                "Consent",
                "consent",
                {"type": "checkboxes", "options": [option("May be texted", "sms", "They wrote to us first")]},
                optional=True,
            ),
            field("Notes", "notes", {"type": "plain_text_input", "multiline": True, "max_length": 500}, optional=True),
            {"type": "actions", "block_id": "form-do", "elements": [button("Check buyers", "check_buyers")]},
        ],
    }


def second_form() -> Json:
    return {
        "id": "V2",
        "type": "modal",
        "callback_id": "buyers",
        "title": plain("Buyers"),
        "submit": plain("Add"),
        "close": plain("Back"),
        "previous_view_id": "V1",
        "blocks": [
            field("Buyer’s name", "buyer", {"type": "plain_text_input"}),
            field("Like", "like", {"type": "external_select", "min_query_length": 2}, optional=True),
        ],
    }
