"""The environment: what an installation is told through variables or a `.env` file."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import RuleBroken


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


class Settings(BaseSettings):
    """Every variable, with its default; see `.env.example`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: str = "sqlite+aiosqlite:///valhalla.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    slack_bot_token: str | None = None
    slack_app_token: str | None = None
    slack_signing_secret: str | None = None
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


def read_settings() -> Settings:
    """Read the environment. Raises `SettingsInvalid`, which names the variable, and `SlackTokensUnclear`."""
    try:
        settings = Settings()
    except ValidationError as invalid:
        error = invalid.errors()[0]
        name = str(error["loc"][0]).upper()
        raise SettingsInvalid(name=name, value=error["input"], why=_why(name, error["msg"])) from invalid
    _ = settings.slack_mode
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
    return message[0].lower() + message[1:].rstrip(".")
