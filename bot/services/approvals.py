"""Approvals: what waits for somebody's yes, and the one decision about each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from bot.clock import Clock
from bot.services.actors import Actor
from bot.services.approval_asks import ApprovalAsk, ask_in
from bot.services.approval_cards import ApprovalCard, card_of, question_of, waiting_of
from bot.services.approval_decisions import Edit, approve_in, delegate_in, reject_in
from bot.services.approval_ends import end_late_in, end_overtaken_in
from bot.services.approval_rules import ApprovalNotFound, found_approval, one_message, undecided
from bot.services.contacts import found_for, judge_in
from bot.services.intake import readable
from bot.services.links import Links
from bot.services.messages import Draft, Preview, previewed, wish_of
from bot.services.sends import complete_body, contact_wish, draft_in
from domain.approvals import ApprovalKind, check_approver, check_decider, checked_rejection, may_say_yes
from domain.errors import RuleBroken
from domain.messages import SendState
from domain.releases import release
from domain.zones import ZoneReport, check_zones
from storage.approvals import (
    due_approvals,
    get_approval,
    next_expiry_of_approvals,
    open_approvals,
    overtaken_approvals,
)
from storage.base import Tx
from storage.database import Database
from storage.deals import deal_of
from storage.sends import Send, sends_of_approval

__all__ = ["ApprovalCard", "ApprovalNotFound", "Approvals", "Edit", "MessageBarred"]

log = structlog.get_logger()

LOOKED_AT: Final = 200
"""How many open approvals are looked at for a member's own."""
BATCH: Final = 50
"""How many that are over the timetable ends at once."""


class MessageBarred(RuleBroken):
    """Not asked for, since it may not leave whoever approves it. {why}"""

    code = "MESSAGE_BARRED"
    field = "body"


class Approvals:
    """What people decide."""

    def __init__(
        self, database: Database, clock: Clock, links: Links, *, canary: Callable[[], ZoneReport] = check_zones
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._canary = canary

    async def ask(self, who: Actor, draft: Draft, key: str) -> ApprovalCard:
        """Take down a message that a member wrote, for somebody to approve; the same key again finds the first.

        Raises what `Messages.send` raises about a field, and `MessageBarred` for one that the gate refuses for good.
        """
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> ApprovalCard:
            send = draft_in(tx, who, wish_of(tx, draft, key), self._links, now)
            approval = get_approval(tx, send.approval_id) if send.approval_id else None
            if approval is None:
                _check_may_leave_once(tx, send, now, report)
                deal = deal_of(tx, send.lead_id) if send.lead_id else None
                about = ApprovalAsk(ApprovalKind.SEND, [send.id], send.lead_id, deal.id if deal else None)
                approval = ask_in(tx, who, about, now=now)
            return card_of(tx, who, approval, now, report)

        return await self._database.write(who.workspace_id, work)

    async def show(self, who: Actor, approval_id: int) -> ApprovalCard:
        """Return an approval with all that its card shows. Raises `ApprovalNotFound`."""
        now, report = self._clock.now(), self._canary()
        return await self._database.read(
            who.workspace_id, lambda tx: card_of(tx, who, found_approval(tx, approval_id), now, report)
        )

    async def waiting(self, who: Actor, *, limit: int) -> list[ApprovalCard]:
        """Return the approvals that this member may say yes to, the one that lapses first in front; the gate is not
        asked about them."""
        now = self._clock.now()

        def work(tx: Tx) -> list[ApprovalCard]:
            found: list[ApprovalCard] = []
            for each in open_approvals(tx, limit=LOOKED_AT):
                sends = tuple(sends_of_approval(tx, each.id))
                is_theirs = may_say_yes(question_of(tx, each, sends), who.user_id, who.role)
                if is_theirs and now < each.expires_at and waiting_of(sends):
                    found.append(card_of(tx, who, each, now, None))
                if len(found) == limit:
                    break
            return found

        return await self._database.read(who.workspace_id, work)

    async def open_edit(self, who: Actor, approval_id: int) -> ApprovalCard:
        """Return an approval whose one message this member wants to word otherwise. Raises what `approve_edited` raises
        about who may."""
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> ApprovalCard:
            asked = undecided(tx, who, approval_id, now)
            check_approver(asked.question, who.user_id, who.role)
            one_message(asked.approval, asked.waiting)
            return card_of(tx, who, asked.approval, now, report)

        return await self._database.read(who.workspace_id, work)

    async def open_decision(self, who: Actor, approval_id: int) -> ApprovalCard:
        """Return an approval that this member wants to reject or to hand to somebody. Raises what `reject` raises about
        who may."""
        now = self._clock.now()

        def work(tx: Tx) -> ApprovalCard:
            asked = undecided(tx, who, approval_id, now)
            check_decider(asked.question, who.user_id, who.role)
            return card_of(tx, who, asked.approval, now, None)

        return await self._database.read(who.workspace_id, work)

    async def preview(self, who: Actor, approval_id: int, body: str) -> Preview:
        """Return what a message would be in other words, and what the gate says of it. Raises `TextTooLong`."""
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> Preview:
            approval = found_approval(tx, approval_id)
            send = one_message(approval, tuple(sends_of_approval(tx, approval_id)))
            words = readable(body).strip()
            wish = contact_wish(send, complete_body(tx, send, words, self._links))
            verdict, _ = judge_in(tx, found_for(tx, wish), wish, now, report)
            return previewed(words, wish.body or "", wish.medium, verdict)

        return await self._database.read(who.workspace_id, work)

    async def approve(self, who: Actor, approval_id: int) -> ApprovalCard:
        """Let the messages go, each as soon as policy and law allow; those of a batch in their waves.

        Raises what says that the member may not, or comes too late: `ApprovalNotYours`, `ApprovalDelegated`,
        `OwnApproval`, `ApprovalDecided`, `ApprovalExpired`, `ApprovalOvertaken`.
        """
        return await self._approve(who, approval_id, None)

    async def approve_edited(self, who: Actor, approval_id: int, body: str, subject: str | None) -> ApprovalCard:
        """Let a message go in other words; what the law wants beside them is added where the edit left it out, and the
        card's `added` says what that was.

        Raises what `approve` raises, `NotOneMessage` for a batch, and what is wrong with a field: `WordsMissing`,
        `SubjectMissing`, `TextTooLong`, `ClaimUnsupported`.
        """
        return await self._approve(who, approval_id, Edit(body, subject or ""))

    async def _approve(self, who: Actor, approval_id: int, edit: Edit | None) -> ApprovalCard:
        now, report = self._clock.now(), self._canary()

        def work(tx: Tx) -> ApprovalCard:
            asked = undecided(tx, who, approval_id, now)
            check_approver(asked.question, who.user_id, who.role)
            added = edit.apply(tx, who, asked, self._links, now=now) if edit else ""
            approve_in(tx, who, asked, now, report, is_edited=edit is not None)
            return replace(card_of(tx, who, found_approval(tx, approval_id), now, report), added=added)

        return await self._database.write(who.workspace_id, work)

    async def reject(self, who: Actor, approval_id: int, reason: str) -> ApprovalCard:
        """Keep the messages back for good. Whoever asked may do so too, with the role.

        Raises `RejectionUnexplained`, `RejectionTooLong`, and what `approve` raises but `OwnApproval`.
        """
        why, now = checked_rejection(readable(reason)), self._clock.now()

        def work(tx: Tx) -> ApprovalCard:
            asked = undecided(tx, who, approval_id, now)
            check_decider(asked.question, who.user_id, who.role)
            reject_in(tx, who, asked, why, now)
            return card_of(tx, who, found_approval(tx, approval_id), now, None)

        return await self._database.write(who.workspace_id, work)

    async def delegate(self, who: Actor, approval_id: int, to: str) -> ApprovalCard:
        """Ask a certain member to decide; they and the admins still may then.

        Raises `NotADecider` for somebody who could not say yes, and what `reject` raises about the one who asks.
        """
        now = self._clock.now()

        def work(tx: Tx) -> ApprovalCard:
            asked = undecided(tx, who, approval_id, now)
            check_decider(asked.question, who.user_id, who.role)
            delegate_in(tx, who, asked, to, now)
            return card_of(tx, who, found_approval(tx, approval_id), now, None)

        return await self._database.write(who.workspace_id, work)

    async def expire(self, workspace_id: str) -> int:
        """End the approvals that nobody decided in time, with their messages, and those of which no message waits any
        more. Return how many."""
        now = self._clock.now()
        late = await self._database.read(workspace_id, lambda tx: due_approvals(tx, now=now, limit=BATCH))
        idle = await self._database.read(workspace_id, lambda tx: overtaken_approvals(tx, limit=BATCH))
        works = [partial(end_late_in, approval_id=each.id, now=now) for each in late]
        works += [partial(end_overtaken_in, approval_id=each.id, now=now) for each in idle]
        count = 0
        for work in works:
            count += await self._database.write(workspace_id, work)
        if count:
            log.info("approvals_ended", count=count)
        return count

    async def next_due_at(self, workspace_id: str) -> datetime | None:
        """Return when the next approval lapses."""
        return await self._database.read(workspace_id, next_expiry_of_approvals)


def _check_may_leave_once(tx: Tx, send: Send, now: datetime, report: ZoneReport) -> None:
    """Raise `MessageBarred` for a message that no later moment lets out; it is a look, and nothing is recorded."""
    wish = contact_wish(send)
    verdict, facts = judge_in(tx, found_for(tx, wish), wish, now, report)
    if release(verdict, facts, key=send.key, expires_at=None).state is SendState.BLOCKED:
        raise MessageBarred(why=verdict.sentence)
