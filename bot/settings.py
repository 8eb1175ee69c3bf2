"""The environment: what an installation is told through variables or a `.env` file."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.transports.configs import SmtpConfig, TwilioConfig, is_loopback
from domain.errors import RuleBroken

SECRETS = ("SMTP_URL", "TWILIO_AUTH_TOKEN", "SECRET_KEY", "INBOUND_EMAIL_TOKEN")
"""What is not repeated when it is wrong: it may stand in a log then."""


class SlackMode(StrEnum):
    """How the program reaches Slack."""

    SANDBOX = "sandbox"
    SOCKET = "socket"
    HTTP = "http"


class SettingsInvalid(RuleBroken):
    """{name} is {value!r}: {why}."""

    code = "SETTINGS_INVALID"


class SlackTokensUnclear(RuleBroken):
    """Slack is only half set up: {why}. Set SLACK_BOT_TOKEN with SLACK_APP_TOKEN (Socket Mode) or with
    SLACK_SIGNING_SECRET (HTTP), or none of the three for the sandbox."""

    code = "SLACK_TOKENS_UNCLEAR"


def _lower(raw: object) -> object:
    return raw.lower() if isinstance(raw, str) else raw


def _public(url: str) -> str:
    """A public address without a slash at its end. Whoever reads links on the way could follow them: HTTPS, but for
    this machine itself."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("write it like https://valhalla.example.com")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("it must begin with https://, for links in messages and for what providers report")
    if len(url) > 400 or any(sign.isspace() or not sign.isprintable() or not sign.isascii() for sign in url.strip()):
        raise ValueError("write it like https://valhalla.example.com, in plain letters")
    return url.strip().rstrip("/")


def _key(secret: str) -> str:
    if len(secret) < 32:
        raise ValueError("it has less than 32 characters, and a short one can be guessed")
    return secret


def _token(secret: str) -> str:
    if len(secret) < 16:
        raise ValueError("it has less than 16 characters, and a short one can be guessed")
    return secret


class Settings(BaseSettings):
    """Every variable, with its default; see `.env.example`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: str = "sqlite+aiosqlite:///valhalla.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    slack_bot_token: str | None = None
    slack_app_token: str | None = None
    slack_signing_secret: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    public_url: Annotated[str, AfterValidator(_public)] | None = None
    secret_key: Annotated[str, AfterValidator(_key)] | None = None
    inbound_email_token: Annotated[str, AfterValidator(_token)] | None = None
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = "console"

    @property
    def slack_mode(self) -> SlackMode:
        """Return how Slack is reached. Raises `SlackTokensUnclear` for some variables but not enough, or too many."""
        bot, app, secret = self.slack_bot_token, self.slack_app_token, self.slack_signing_secret
        if not (bot or app or secret):
            return SlackMode.SANDBOX
        if why := _token_fault(bot, app, secret):
            raise SlackTokensUnclear(why=why)
        return SlackMode.SOCKET if app else SlackMode.HTTP

    @property
    def smtp(self) -> SmtpConfig | None:
        """Return how e-mail leaves, None for a dry run. Raises `MailUnclear`."""
        return SmtpConfig.parse(self.smtp_url, self.mail_from)

    @property
    def twilio(self) -> TwilioConfig | None:
        """Return how texts leave, None for a dry run. Raises `TwilioUnclear`."""
        account, token = self.twilio_account_sid, self.twilio_auth_token
        found = TwilioConfig.parse(account, token, self.twilio_from, self.twilio_messaging_service_sid)
        return replace(found, public_url=self.public_url) if found else None


def read_settings() -> Settings:
    """Read the environment.

    Raises `SettingsInvalid`, which names the variable, and for providers that are only half set up
    `SlackTokensUnclear`, `MailUnclear` and `TwilioUnclear`.
    """
    try:
        settings = Settings()
    except ValidationError as invalid:
        error = invalid.errors()[0]
        name = str(error["loc"][0]).upper()
        value = "•••" if name in SECRETS else error["input"]
        raise SettingsInvalid(name=name, value=value, why=_why(name, error["msg"])) from None
    _ = settings.slack_mode, settings.smtp, settings.twilio
    return settings


def _token_fault(bot: str | None, app: str | None, secret: str | None) -> str | None:
    if not bot:
        return "SLACK_BOT_TOKEN is missing"
    if not app and not secret:
        return "beside SLACK_BOT_TOKEN there is neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET"
    if app and secret:
        return "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set, and only one of them can be meant"
    if not bot.startswith("xoxb-"):
        return "SLACK_BOT_TOKEN does not begin with xoxb-"
    if app and not app.startswith("xapp-"):
        return "SLACK_APP_TOKEN does not begin with xapp-"
    return None


def _why(name: str, message: str) -> str:
    if name == "PORT":
        return "a port is a whole number from 0 to 65535"
    message = message.removeprefix("Value error, ")
    return message[0].lower() + message[1:].rstrip(".")
