"""`valhalla proof`: writes what is on record about a person to a file or the terminal."""

import sys
from dataclasses import dataclass
from pathlib import Path

from bot.clock import SystemClock
from bot.services.actors import Actor
from bot.services.proofs import Proofs
from bot.settings import Settings
from bot.terminal import opened
from domain.errors import RuleBroken
from domain.proofs import as_json, as_text
from domain.roles import Role

ACTOR = "terminal"
FORMS = {"json": as_json, "text": as_text}


class ProofFormUnknown(RuleBroken):
    """ "{form}" is no form of a proof. Choose json or text."""

    code = "PROOF_FORM_UNKNOWN"


class ProofUnwritable(RuleBroken):
    """The proof can't be written to {file}: {why}."""

    code = "PROOF_UNWRITABLE"


@dataclass(frozen=True, slots=True)
class ProofWish:
    """What the command line says: whose proof, in which form, to which file (None = the terminal), of which team."""

    subject: str
    form: str = "text"
    out: Path | None = None
    workspace_id: str | None = None


async def write_proof(settings: Settings, wish: ProofWish) -> None:
    """Write a proof. Raises a `RuleBroken` with what to do where there is none or it can't be written."""
    render = FORMS.get(wish.form)
    if render is None:
        raise ProofFormUnknown(form=wish.form)
    async with opened(settings, wish.workspace_id) as (database, workspace):
        # Whoever reaches the database from its own machine stands above the roles that Slack's members have.
        who = Actor(workspace.id, ACTOR, Role.ADMIN, workspace.zone, is_person=False)
        proof = await Proofs(database, SystemClock()).export(who, wish.subject)
    _put(render(proof), wish.out)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise ProofUnwritable(file=out, why=error.strerror or str(error)) from error
    sys.stdout.write(f"The proof stands in {out}. It holds a person's details: keep it safe.\n")
