"""The program as callers from outside meet it: providers with their webhooks, recipients with their links."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.app import Program
from bot.clock import SystemClock
from bot.http.twilio_signature import HEADER, signature
from bot.services.workspaces import Workspaces
from bot.settings import Settings
from storage.database import Database
from tests.storage.builders import HERE

PUBLIC_URL = "https://valhalla.example.com"
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
MAIL_TOKEN = "a-long-token-for-mail"
SECRET_KEY = "a key of thirty-two signs or more"
FORM = "application/x-www-form-urlencoded"

PROVIDERS = {
    "public_url": PUBLIC_URL,
    "twilio_account_sid": "AC" + "0" * 32,
    "twilio_auth_token": TWILIO_TOKEN,
    "twilio_from": "+19055550100",
    "inbound_email_token": MAIL_TOKEN,
}


@dataclass(frozen=True, slots=True)
class Outside:
    """Somebody outside, before the program's HTTP side as it stands behind a proxy: by another address than ours."""

    program: Program
    database: Database
    http: httpx.AsyncClient

    async def twilio(self, path: str, form: dict[str, str], *, signed: str | None = None, query: str = "") -> Any:
        """Call a webhook as Twilio does; `signed` stands in for the right signature, empty for none."""
        body = urlencode(form)
        url = f"{PUBLIC_URL}{path}{query}"
        given = signature(TWILIO_TOKEN, url, list(form.items())) if signed is None else signed
        headers = {"Content-Type": FORM} | ({HEADER: given} if given else {})
        return await self.http.post(path + query, content=body, headers=headers)

    async def mail(self, document: Any, *, token: str | None = MAIL_TOKEN) -> Any:
        """Deliver an e-mail; `document` is sent as it is where it is text."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        content = document if isinstance(document, str | bytes) else json.dumps(document)
        return await self.http.post("/webhooks/email/inbound", content=content, headers=headers)


@asynccontextmanager
async def outside_of(database_url: str, *, connected: bool = True, **settings: Any) -> AsyncIterator[Outside]:
    """Compose the program with providers; `settings` change them."""
    database = Database(database_url)
    found = Settings(_env_file=None, slack_bot_token="xoxb-1", slack_signing_secret="s", **{**PROVIDERS, **settings})
    program = Program(found, database, origin="", secret_key=SECRET_KEY)
    workspaces = Workspaces(database, SystemClock())
    await workspaces.ensure(HERE, name="Test team", says={"business_name": "Maple Homes & Co"})
    if connected:
        program.served.workspace_id = HERE
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(program.asgi), base_url="http://10.0.0.7") as http:
            yield Outside(program, database, http)
    finally:
        await program.close()
