"""manifest.yml is what Slack accepts, asks for no more than it needs, and names what the bot answers to."""

import re

import pytest
import yaml
from jsonschema import Draft7Validator

from domain.buyer_command import (
    BuyerHelp,
    FindBuyers,
    ListBuyers,
    PauseBuyer,
    ResumeBuyer,
    ShowBuyer,
    parse_buyer_command,
)
from domain.commands import Find, Help, Mine, Show
from domain.commands import parse_command as parse_lead_command
from domain.deal_command import AskLiquidity, DealForLead, DealHelp, ShowBoard, ShowDeal, parse_deal_command
from domain.liquidity_command import LiquidityHelp, LiquidityOf, parse_liquidity_command
from domain.offer_command import EnterComps, OfferHelp, PriceLead, ShowEvidence, ShowPolicy, parse_offer_command
from domain.policy_command import (
    EditPolicy,
    PauseOutreach,
    PolicyHelp,
    ResumeOutreach,
    ShowProof,
    ShowReplies,
    ShowSends,
    WhyContact,
    parse_policy_command,
)
from domain.setup_command import GiveRole, ListRoles, OpenSetup, SetupHelp, parse_setup_command
from tests.contracts.slack_api import ROOT, contract

ONE_LINE = 100
"""Slack takes 1,000 characters of a usage hint; beyond about this many its list of commands, and ours, cut them off."""
TEXT = (ROOT / "manifest.yml").read_text(encoding="utf-8")


@pytest.fixture
def manifest():
    return yaml.safe_load(TEXT)


def test_the_manifest_fits_slacks_schema(manifest):
    faults = Draft7Validator(contract("manifest.schema.v2.json")).iter_errors(manifest)
    assert [f"{list(fault.path)}: {fault.message}" for fault in faults] == []


def test_a_manifest_with_a_slip_does_not_fit_slacks_schema(manifest):
    manifest["features"]["slash_commands"][0]["comand"] = "/lead"
    manifest["features"]["shortcuts"][0]["name"] = "x" * 25
    assert len(list(Draft7Validator(contract("manifest.schema.v2.json")).iter_errors(manifest))) == 2


def test_the_app_is_called_valhalla_and_has_a_bot(manifest):
    assert manifest["display_information"]["name"] == "Valhalla"
    assert manifest["features"]["bot_user"]["display_name"] == "Valhalla"


def test_home_and_messages_are_open(manifest):
    assert manifest["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_the_commands_say_what_they_do_and_how(manifest):
    commands = {one["command"]: one for one in manifest["features"]["slash_commands"]}
    assert set(commands) == {"/lead", "/offer", "/deal", "/buyer", "/liquidity", "/policy", "/valhalla"}
    assert all(one["description"] and one["usage_hint"] for one in commands.values())
    assert all(len(one["usage_hint"]) <= ONE_LINE for one in commands.values())


def test_every_way_of_asking_that_a_hint_names_is_understood(manifest):
    hints = {one["command"]: one["usage_hint"].split(" | ")[1:] for one in manifest["features"]["slash_commands"]}
    assert [type(parse_offer_command(way)) for way in hints["/offer"]] == [
        PriceLead,
        EnterComps,
        ShowEvidence,
        ShowPolicy,
        OfferHelp,
    ]
    asked = [type(parse_lead_command(way)) for way in hints["/lead"]]
    assert asked == [Show, Find, Mine, Help]
    asked = [type(parse_deal_command(way)) for way in hints["/deal"]]
    assert asked == [ShowDeal, DealForLead, ShowBoard, AskLiquidity, DealHelp]
    asked = [type(parse_buyer_command(way)) for way in hints["/buyer"]]
    assert asked == [ShowBuyer, FindBuyers, PauseBuyer, ResumeBuyer, ListBuyers, BuyerHelp]
    asked = [type(parse_liquidity_command(way)) for way in hints["/liquidity"]]
    assert asked == [LiquidityOf, LiquidityOf, LiquidityHelp]
    asked = [type(parse_policy_command(way)) for way in hints["/policy"]]
    assert asked == [
        EditPolicy,
        WhyContact,
        PauseOutreach,
        ResumeOutreach,
        ShowReplies,
        ShowSends,
        ShowProof,
        PolicyHelp,
    ]
    asked = [type(parse_setup_command(way)) for way in hints["/valhalla"]]
    assert asked == [OpenSetup, ListRoles, GiveRole, SetupHelp]


def test_the_shortcuts_are_the_three_we_answer(manifest):
    shortcuts = {(one["callback_id"], one["type"]) for one in manifest["features"]["shortcuts"]}
    assert shortcuts == {("new_lead", "global"), ("price_offer", "global"), ("lead_from_message", "message")}
    assert all(len(one["name"]) <= 24 for one in manifest["features"]["shortcuts"])


def test_every_scope_has_its_reason_and_none_is_too_many(manifest):
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}
    assert set(scopes["bot"]) == {
        "commands",
        "chat:write",
        "chat:write.public",
        "users:read",
        "channels:read",
        "channels:history",
        "im:write",
        "im:history",
    }
    for scope in scopes["bot"]:
        assert re.search(rf"- {re.escape(scope)} +# \S+", TEXT), f"{scope} has no reason beside it"


def test_socket_mode_is_on_and_what_we_do_not_use_is_off(manifest):
    settings = manifest["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["org_deploy_enabled"] is False
    assert settings["token_rotation_enabled"] is False
    assert settings["event_subscriptions"] == {"bot_events": ["app_home_opened"]}
