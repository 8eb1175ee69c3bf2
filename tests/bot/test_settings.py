"""What an installation is told through the environment, and what it is told back."""

import pytest

from bot.settings import SettingsInvalid, SlackMode, SlackTokensUnclear, read_settings
from bot.transports.configs import MailUnclear, Security, SmtpConfig, TwilioConfig, TwilioUnclear

NAMES = (
    "DATABASE_URL",
    "HOST",
    "PORT",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SMTP_URL",
    "MAIL_FROM",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
    "PUBLIC_URL",
    "SECRET_KEY",
    "INBOUND_EMAIL_TOKEN",
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


# Providers

ACCOUNT, SERVICE = "AC" + "0" * 31 + "f", "MG" + "0" * 31 + "e"
TWILIO = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "t0ken"}


def test_without_providers_both_media_are_a_dry_run():
    settings = read_settings()
    assert (settings.smtp, settings.twilio, settings.public_url, settings.secret_key) == (None, None, None, None)


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "login"),
    [
        ("smtp://maple:s3cret@mail.example.com", "mail.example.com", 587, Security.STARTTLS, ("maple", "s3cret")),
        ("smtp://mail.example.com:2525/", "mail.example.com", 2525, Security.STARTTLS, (None, None)),
        ("smtps://a%40b.ca:p%2F%3A%40@mail.example.com", "mail.example.com", 465, Security.TLS, ("a@b.ca", "p/:@")),
        ("smtp://localhost:1025", "localhost", 1025, Security.PLAIN, (None, None)),
        ("smtp://127.0.0.1", "127.0.0.1", 587, Security.PLAIN, (None, None)),
        ("smtp://[::1]:25", "::1", 25, Security.PLAIN, (None, None)),
        ("smtp://10.0.0.5:25", "10.0.0.5", 25, Security.STARTTLS, (None, None)),
    ],
)
def test_a_mail_server_is_read_from_its_address(monkeypatch, url, host, port, security, login):
    found = told(monkeypatch, SMTP_URL=url, MAIL_FROM="Maple Homes <Hello@Example.com>").smtp
    assert found == SmtpConfig(host, port, "Hello@example.com", security, "Maple Homes", *login)
    assert (found.domain, found.said) == ("example.com", f"SMTP, {host}, from Hello@example.com")
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "mail_from", ["hello@example.com", "<hello@example.com>", '"Maple, Homes" <hello@example.com>']
)
def test_a_sender_may_have_a_name(monkeypatch, mail_from):
    found = told(monkeypatch, SMTP_URL="smtp://mail.example.com", MAIL_FROM=mail_from).smtp
    assert (found.sender, found.name) == ("hello@example.com", "Maple, Homes" if "Maple" in mail_from else "")


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SMTP_URL": "smtp://mail.example.com"}, "MAIL_FROM is missing"),
        ({"MAIL_FROM": "hello@example.com"}, "SMTP_URL is missing"),
        ({"SMTP_URL": "mail.example.com:587", "MAIL_FROM": "a@b.ca"}, "does not begin with smtp:// or smtps://"),
        ({"SMTP_URL": "http://mail.example.com", "MAIL_FROM": "a@b.ca"}, "does not begin with smtp:// or smtps://"),
        ({"SMTP_URL": "smtp://", "MAIL_FROM": "a@b.ca"}, "names no server"),
        ({"SMTP_URL": "smtp://mail.example.com:x", "MAIL_FROM": "a@b.ca"}, "is no address"),
        ({"SMTP_URL": "smtp://mail.example.com:99999", "MAIL_FROM": "a@b.ca"}, "is no address"),
        ({"SMTP_URL": "smtp://u:hid/den@mail.example.com", "MAIL_FROM": "a@b.ca"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example.com/x", "MAIL_FROM": "a@b.ca"}, "goes on after the port"),
        ({"SMTP_URL": "smtp://user@mail.example.com", "MAIL_FROM": "a@b.ca"}, "a user without a password"),
        ({"SMTP_URL": "smtp://mail.example.com", "MAIL_FROM": "Maple Homes"}, "MAIL_FROM is no address"),
        ({"SMTP_URL": "smtp://mail.example.com", "MAIL_FROM": "a@b.ca\nBcc: c@d.ca"}, "more than one line"),
    ],
)
def test_half_of_a_mail_server_is_refused_with_what_is_wrong(monkeypatch, environment, says):
    with pytest.raises(MailUnclear, match=says) as refused:
        told(monkeypatch, **environment)
    assert "or neither for a dry run" in str(refused.value)
    assert "hid" not in str(refused.value)


def test_twilio_is_read_with_where_it_reaches_us(monkeypatch):
    found = told(monkeypatch, **TWILIO, TWILIO_FROM="+1 (416) 555-0100", PUBLIC_URL="https://v.example.com/").twilio
    assert found == TwilioConfig(ACCOUNT, "t0ken", "+14165550100", None, "https://v.example.com")
    assert found.said == "Twilio, from +14165550100"
    assert "t0ken" not in repr(found)


def test_a_messaging_service_or_a_short_code_may_send(monkeypatch):
    found = told(monkeypatch, **TWILIO, TWILIO_MESSAGING_SERVICE_SID=SERVICE).twilio
    assert (found.sender, found.said) == (None, f"Twilio, from messaging service {SERVICE}")
    assert told(monkeypatch, TWILIO_MESSAGING_SERVICE_SID="", TWILIO_FROM="123456").twilio.sender == "123456"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"TWILIO_ACCOUNT_SID": ACCOUNT}, "TWILIO_AUTH_TOKEN is missing"),
        ({"TWILIO_AUTH_TOKEN": "t0ken"}, "TWILIO_ACCOUNT_SID is missing"),
        ({"TWILIO_FROM": "+14165550100"}, "TWILIO_ACCOUNT_SID is missing"),
        (TWILIO, "neither TWILIO_FROM nor TWILIO_MESSAGING_SERVICE_SID"),
        (TWILIO | {"TWILIO_FROM": "+14165550100", "TWILIO_MESSAGING_SERVICE_SID": SERVICE}, "are both set"),
        (TWILIO | {"TWILIO_FROM": "416-555-0100"}, "TWILIO_FROM is no number"),
        (TWILIO | {"TWILIO_FROM": "MAPLE"}, "TWILIO_FROM is no number"),
        (TWILIO | {"TWILIO_MESSAGING_SERVICE_SID": "SM1"}, "is not MG and 32 hexadecimal digits"),
        (
            TWILIO | {"TWILIO_FROM": "+14165550100", "TWILIO_ACCOUNT_SID": "AC1/../x"},
            "is not AC and 32 hexadecimal digits",
        ),
    ],
)
def test_half_of_twilio_is_refused_with_what_is_wrong(monkeypatch, environment, says):
    with pytest.raises(TwilioUnclear, match=says) as refused:
        told(monkeypatch, **environment)
    assert "or none of the four for a dry run" in str(refused.value)
    assert "t0ken" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://valhalla.example.com/", "https://valhalla.example.com"),
        ("https://example.com:8443/team//", "https://example.com:8443/team"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_a_public_address_is_kept_without_a_slash(monkeypatch, url, kept):
    assert told(monkeypatch, PUBLIC_URL=url).public_url == kept


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://valhalla.example.com", "it must begin with https://"),
        ("valhalla.example.com", "write it like https://valhalla.example.com"),
        ("https://", "write it like"),
        ("https://u:p@example.com", "write it like"),
        ("https://example.com/?a=b", "write it like"),
        ("https://example.com/a b", "in plain letters"),
        ("https://exämple.com", "in plain letters"),
        ("https://example.com/" + "x" * 400, "in plain letters"),
        ("https://[", "invalid IPv6 URL"),
    ],
)
def test_a_public_address_that_is_none_is_named(monkeypatch, url, why):
    with pytest.raises(SettingsInvalid, match=f"PUBLIC_URL is .*: .*{why}"):
        told(monkeypatch, PUBLIC_URL=url)


@pytest.mark.parametrize(("name", "length"), [("SECRET_KEY", 31), ("INBOUND_EMAIL_TOKEN", 15)])
def test_a_secret_that_can_be_guessed_is_refused_and_not_repeated(monkeypatch, name, length):
    with pytest.raises(SettingsInvalid, match=f"{name} is .*it has less than {length + 1} characters") as refused:
        told(monkeypatch, **{name: "x" * length})
    assert "xxx" not in str(refused.value)
    assert getattr(told(monkeypatch, **{name: "x" * (length + 1)}), name.lower()) == "x" * (length + 1)
