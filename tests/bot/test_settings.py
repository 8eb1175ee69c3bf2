"""What an installation is told through the environment, and what it is told back."""

import pytest

from bot.settings import SettingsInvalid, SlackMode, SlackTokensUnclear, read_settings

NAMES = (
    "DATABASE_URL",
    "HOST",
    "PORT",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "LOG_LEVEL",
    "LOG_FORMAT",
)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    """An empty folder without a .env, and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def told(monkeypatch, **environment):
    """Read the settings with these variables set."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_with_nothing_set_the_sandbox_starts_on_loopback_with_a_file():
    settings = read_settings()
    assert settings.slack_mode is SlackMode.SANDBOX
    assert (settings.host, settings.port, settings.database_url) == (
        "127.0.0.1",
        8000,
        "sqlite+aiosqlite:///valhalla.db",
    )


@pytest.mark.parametrize(
    ("environment", "mode"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, SlackMode.SOCKET),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, SlackMode.HTTP),
        ({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, SlackMode.SANDBOX),
    ],
)
def test_the_tokens_choose_how_slack_is_reached(monkeypatch, environment, mode):
    assert told(monkeypatch, **environment).slack_mode is mode


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "beside SLACK_BOT_TOKEN there is neither SLACK_APP_TOKEN nor"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN is missing"),
        ({"SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN is missing"),
        (
            {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s"},
            "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set",
        ),
        ({"SLACK_BOT_TOKEN": "xoxp-1", "SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN does not begin with xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-2"}, "SLACK_APP_TOKEN does not begin with xapp-"),
    ],
)
def test_half_a_set_of_tokens_is_refused_with_what_is_missing(monkeypatch, environment, says):
    with pytest.raises(SlackTokensUnclear, match=says) as refused:
        told(monkeypatch, **environment)
    assert "none of the three for the sandbox" in str(refused.value)
    assert "xoxp-1" not in str(refused.value)


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80.5"])
def test_a_port_that_is_none_is_named(monkeypatch, port):
    with pytest.raises(SettingsInvalid, match=f"PORT is '{port}': a port is a whole number from 0 to 65535"):
        told(monkeypatch, PORT=port)


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml")])
def test_a_choice_that_is_none_is_named_with_the_choices(monkeypatch, name, value):
    with pytest.raises(SettingsInvalid, match=f"{name} is '{value}'"):
        told(monkeypatch, **{name: value})


def test_choices_are_read_in_any_case(monkeypatch):
    settings = told(monkeypatch, LOG_LEVEL="DEBUG", LOG_FORMAT="Json")
    assert (settings.log_level, settings.log_format) == ("debug", "json")


def test_a_dot_env_file_is_read_and_the_environment_beats_it(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PORT=9001\nHOST=127.0.0.2\nSOMETHING_ELSE=1\n")
    settings = told(monkeypatch, HOST="127.0.0.3")
    assert (settings.port, settings.host) == (9001, "127.0.0.3")


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    assert told(monkeypatch, PORT="").port == 8000
