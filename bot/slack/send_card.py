"""How messages look in Slack: what became of one, and the list of those that need somebody."""

from bot.services.recipients import is_phone
from bot.services.sends_troubles import ARRIVED, LEFT, RETRIED, SENT_AGAIN, SendShown, TroublePage
from bot.slack.blocks import Block, actions, button, confirmation, context, section
from bot.slack.ids import Action
from bot.slack.mrkdwn import bold, escape, for_reader, there_and_here
from bot.slack.reply_card import masked
from domain.contact import mask_contacts, show_phone
from domain.messages import Post, Route, SendState
from storage.sends import Send

SHOWN = 10
"""How many messages in trouble stand on a page of the list."""
WORDS_SHOWN = 240
NOT_ADVICE = "configurable defaults, not legal advice"
TITLE = "Messages that need you"
_CALLED = {Route.SMS: "Text", Route.EMAIL: "E-mail"}
_POSTS = {
    Post.REPLY: "The word in Slack that somebody answered",
    Post.OUTCOME: "The word in Slack about what became of a message",
    Post.WARNING: "A warning in Slack",
}
_NOTED = {
    ARRIVED: "It arrived, says",
    SENT_AGAIN: "Sent again by",
    RETRIED: "Sent anew by",
    LEFT: "Left as it is by",
}


def send_text(shown: SendShown) -> str:
    """Return a message and what became of it in a line, for notifications: nothing in it tells who the recipient is."""
    return f"{_CALLED.get(shown.send.route, 'Post')}: {_STATES[shown.send.state]}"


def send_blocks(shown: SendShown, *, is_dry: bool = False) -> list[Block]:
    """Return one message: to whom it goes, what it says, what became of it, and the buttons where somebody must decide.

    `is_dry` says that no provider is connected that would have carried it.
    """
    lines = [_head(shown), *_words(shown), _state_line(shown, is_dry=is_dry), *_noted(shown)]
    return [section("\n".join(lines)), *_buttons(shown)]


def list_text(page: TroublePage) -> str:
    """Return the list in a line."""
    if not page.total:
        return "No message needs you."
    return f"{page.total} {'message needs' if page.total == 1 else 'messages need'} you"


def list_blocks(page: TroublePage) -> list[Block]:
    """Return a page of the messages that need a member."""
    if not page.total:
        return [section(f"{bold('No message needs you.')} Those that fail, or may not have arrived, come here.")]
    start, last = page.start, page.start + len(page.shown)
    span = f" ({start + 1}–{last} of {page.total})" if page.total > SHOWN else ""
    return [
        section(f"{bold(TITLE)}{span}"),
        *(block for each in page.shown for block in send_blocks(each)),
        *_turning(start, page.total),
        context(f"Whoever decides first decides for all · {NOT_ADVICE}"),
    ]


def state_words(send: Send, zones: frozenset[str]) -> str:
    """Say what happens to a message that was just taken down."""
    match send.state:
        case SendState.HELD if send.held_until:
            return f"{bold('Held')} until {there_and_here(send.held_until, zones)}. {_why(send)}".strip()
        case SendState.HELD:
            return f"{bold('Held')} until what stands in its way is gone. {_why(send)}".strip()
        case SendState.BLOCKED | SendState.CANCELLED:
            return f":no_entry: {bold('Not sent')}. {_why(send)}".strip()
        case SendState.AWAITING_APPROVAL:
            return f":raised_hand: {bold('Waits for approval')}."
        case SendState.REJECTED:
            return f":x: {bold('Rejected')}, not sent. {_why(send)}".strip()
        case SendState.SENT | SendState.DELIVERED:
            return f":white_check_mark: {bold('Sent')}."
        case _:
            return f"{bold('Leaves now')}."


_STATES = {
    SendState.DRAFTED: "drafted",
    SendState.AWAITING_APPROVAL: "waits for approval",
    SendState.APPROVED: "leaves now",
    SendState.HELD: "held",
    SendState.CLAIMED: "leaves now",
    SendState.SENDING: "leaves now",
    SendState.SENT: "sent",
    SendState.DELIVERED: "delivered",
    SendState.FAILED: "failed",
    SendState.UNKNOWN: "nobody knows whether it arrived",
    SendState.REJECTED: "rejected",
    SendState.BLOCKED: "not sent",
    SendState.CANCELLED: "cancelled",
}


def _head(shown: SendShown) -> str:
    send, found = shown.send, shown.recipient
    if found is None:
        return bold(_post_name(send))
    whose = f" to {escape(found.name)}" if found.name else ""
    return f"{bold(f'{_CALLED[send.route]}{whose}')} · {escape(_address(send.address, sees=shown.sees))}"


def _post_name(send: Send) -> str:
    post = str(send.metadata.get("post"))
    if post == Post.LEAD_CARD:
        return f"The card of L-{send.metadata.get('number')} in Slack"
    return _POSTS.get(Post(post), "A post in Slack")


def _address(address: str, *, sees: bool) -> str:
    if not sees:
        return masked(address)
    return show_phone(address) if is_phone(address) else address


def _words(shown: SendShown) -> list[str]:
    """The subject and the beginning of the words, on one quoted line."""
    subject = f"{shown.send.subject}: " if shown.send.subject else ""
    said = " ".join(f"{subject}{shown.words}".split())
    if not said:
        return []
    return [f">{escape(said if shown.sees else mask_contacts(said), WORDS_SHOWN)}"]


def _state_line(shown: SendShown, *, is_dry: bool) -> str:
    send, zones = shown.send, shown.recipient.zones if shown.recipient else frozenset()
    match send.state:
        case SendState.SENT if is_dry:
            return f":information_source: {bold('Dry run')}: no provider is connected, so nothing left."
        case SendState.SENT:
            at = f" {there_and_here(send.settled_at, zones)}" if send.settled_at else ""
            return f":white_check_mark: {bold('Sent')}{at}"
        case SendState.DELIVERED:
            at = f" {there_and_here(send.delivered_at, zones)}" if send.delivered_at else ""
            return f":white_check_mark: {bold('Delivered')}{at}"
        case SendState.FAILED:
            return f":warning: {bold('Failed')}{_after(send)}: {_why(send) or 'no reason was given.'}"
        case SendState.UNKNOWN:
            asked = " Its provider is asked as well." if send.ask_at else ""
            return f":question: {bold('Nobody knows whether it arrived')}: {_why(send)}{asked}"
        case SendState.CANCELLED:
            return f":no_entry: {bold('Cancelled')}, not sent. {_why(send)}".strip()
        case _:
            return state_words(send, zones)


def _why(send: Send) -> str:
    return escape(send.last_error or "")


def _after(send: Send) -> str:
    return f" after {send.attempt_count} attempts" if send.attempt_count > 1 else ""


def _noted(shown: SendShown) -> list[str]:
    """Who saw to it, where somebody has."""
    noted = shown.noted
    return [f"{_NOTED[noted.verb]} <@{noted.actor}>, {for_reader(noted.at)}"] if noted else []


def _buttons(shown: SendShown) -> list[Block]:
    send = shown.send
    if not shown.needs_person:
        return []
    value = str(send.id)
    if send.state is SendState.UNKNOWN:
        twice = confirmation("Send it again?", "If it did arrive, they get it twice.", yes="Send again")
        row = [
            button("It arrived", Action.SEND_ARRIVED, value),
            button("Send again", Action.SEND_AGAIN, value, confirm=twice),
        ]
    else:
        row = [button("Retry", Action.RETRY_SEND, value), button("Leave it", Action.LEAVE_SEND, value)]
    return [actions(row, block_id=f"send_{value}")]


def _turning(start: int, count: int) -> list[Block]:
    """The buttons that turn the pages, where there are several."""
    before = [button("Previous", f"{Action.SENDS_PAGE}:before", str(start - SHOWN))] if start else []
    after = [button("Next", f"{Action.SENDS_PAGE}:after", str(start + SHOWN))] if start + SHOWN < count else []
    return [actions([*before, *after], block_id="sends_pages")] if before or after else []
