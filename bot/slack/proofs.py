"""`/policy proof L-7`: all that is on record about contacting a person, shown to the admin who asked alone."""

from collections.abc import Iterator

from bot.slack.blocks import Block, context, section
from bot.slack.calls import Call, Desk
from bot.slack.mrkdwn import bold, escape
from domain.proofs import Proof, as_text

PART = 2_400
"""Characters of one block, before signs are escaped; a section takes 3,000."""
LINE = 400
"""Characters of one line."""
PARTS_SHOWN = 12
"""Blocks of one answer; Slack takes fifty, and nobody reads that many on a phone."""
WHOLE = "`valhalla proof {subject} --format json --out FILE` in a terminal writes all of it."


async def show(desk: Desk, call: Call, text: str) -> None:
    """Answer with the proof, for an admin; everybody else is told who may."""
    proof = await desk.proofs.export(await desk.actor(call.workspace_id, call.user_id), text)
    await call.ack(text=_title(text), blocks=_blocks(proof, text), response_type="ephemeral")


def _title(subject: str) -> str:
    return f"On record about {escape(subject.strip())}"


def _blocks(proof: Proof, subject: str) -> list[Block]:
    parts = list(_parts(as_text(proof)))
    left_out = f"This is the beginning. {WHOLE}" if len(parts) > PARTS_SHOWN else WHOLE
    return [
        section(bold(_title(subject))),
        *(section(f"```\n{part}\n```") for part in parts[:PARTS_SHOWN]),
        context(left_out.format(subject=escape(subject.strip()))),
    ]


def _parts(text: str) -> Iterator[str]:
    """Cut a text between lines into parts that a block takes; nothing in it ends the block or is markup."""
    part = ""
    for line in _lines(text.replace("```", "'''")):
        if part and len(part) + 1 + len(line) > PART:
            yield part
            part = line
        else:
            part = f"{part}\n{line}" if part else line
    yield part


def _lines(text: str) -> Iterator[str]:
    """The lines, escaped; a long one is several, since each sign may become five."""
    for line in text.splitlines():
        yield from (escape(line[at : at + LINE]) for at in range(0, len(line) or 1, LINE))
