"""The names by which Slack calls us: commands, shortcuts, views, actions and the fields of forms."""

from enum import StrEnum


class Command(StrEnum):
    """Slash commands; the manifest names the same ones."""

    LEAD = "/lead"
    OFFER = "/offer"
    DEAL = "/deal"
    BUYER = "/buyer"
    LIQUIDITY = "/liquidity"
    POLICY = "/policy"
    VALHALLA = "/valhalla"


class Shortcut(StrEnum):
    """Shortcuts; the manifest names the same callback ids."""

    NEW_LEAD = "new_lead"
    PRICE_OFFER = "price_offer"
    LEAD_FROM_MESSAGE = "lead_from_message"


class View(StrEnum):
    """Callback ids of modals."""

    LEAD = "lead_form"
    PLACE = "place_form"
    OFFER = "offer_form"
    OFFER_SHOWN = "offer_shown"
    DEAL = "deal_form"
    FIGURES = "figures_form"
    STAGE = "stage_form"
    PRESENT = "present_form"
    COUNTER = "counter_form"
    COMPS = "comps_form"
    COMPS_SHOWN = "comps_shown"
    OFFER_POLICY = "offer_policy_form"
    OFFER_POLICY_SHOWN = "offer_policy_shown"
    POLICY = "policy_form"
    POLICY_SHOWN = "policy_shown"
    BUYER = "buyer_form"
    CONSENT = "consent_form"
    CONSENT_SHOWN = "consent_shown"
    REPLY = "reply_form"
    REPLY_SHOWN = "reply_shown"
    PAUSE = "pause_form"
    PAUSED = "pause_shown"
    SETUP = "setup_form"
    SETUP_SHOWN = "setup_shown"
    HOME = "home"


class Action(StrEnum):
    """Action ids of buttons and of inputs that report while a person types."""

    NEW_LEAD = "new_lead_button"
    PRICE = "price_button"
    WHAT_IF = "what_if_button"
    COMPLETE_PLACE = "complete_place_button"
    SHOW_LEAD = "show_lead_button"
    OFFER_INPUT = "offer_input"
    SHOW_DEAL = "show_deal_button"
    MOVE_DEAL = "move_deal"
    EDIT_FIGURES = "edit_figures_button"
    MORE_BUYERS = "more_buyers_button"
    SAVE_TO_DEAL = "save_to_deal_button"
    PRESENT_OFFER = "present_offer_button"
    PRESENT_INPUT = "present_input"
    COUNTER_OFFER = "counter_offer_button"
    ACCEPT_OFFER = "accept_offer_button"
    REJECT_OFFER = "reject_offer_button"
    WITHDRAW_OFFER = "withdraw_offer_button"
    CHOOSE_PLACE = "choose_place_button"
    ENTER_COMPS = "enter_comps_button"
    COMPS_INPUT = "comps_input"
    EDIT_OFFER_POLICY = "edit_offer_policy_button"
    OFFER_POLICY_INPUT = "offer_policy_input"
    SHOW_POLICY = "show_policy"
    EDIT_POLICY = "edit_policy_button"
    POLICY_INPUT = "policy_input"
    SHOW_BUYER = "show_buyer_button"
    EDIT_BUYER = "edit_buyer_button"
    PAUSE_BUYER = "pause_buyer_button"
    RESUME_BUYER = "resume_buyer_button"
    REMOVE_BUYER = "remove_buyer_button"
    FEEDBACK = "feedback_button"
    UNDO_FEEDBACK = "undo_feedback_button"
    ASK_GATE = "ask_gate_button"
    RECORD_CONSENT = "record_consent_button"
    CONSENT_INPUT = "consent_input"
    LOG_REPLY = "log_reply_button"
    REPLY_IS_STOP = "reply_is_stop_button"
    REPLY_IS_NOT = "reply_is_not_button"
    SET_UP = "set_up_button"


FIELD = "value"
"""The action id of a form's plain inputs: the block id names the field."""

LEAD_CARD = "lead_card"
"""The event type in the metadata of a lead's card."""
