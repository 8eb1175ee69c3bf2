"""A week of follow-ups in five zones, as people live it: the clock moves, cards come up, drafts are approved, calls are
logged; every step at a lawful moment, and what is counted matches."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from domain.zones import zone
from storage.approvals import approval
from storage.kpis import kpi_event
from storage.ladder import followup_task
from tests.acceptance.harness.rows import leads, rows, tasks
from tests.acceptance.harness.texts import words

HOMES = {
    "America/St_Johns": ("12 Water St, St. John's NL A1C 1A1", "709-555-0101"),
    "America/Halifax": ("1583 Hollis St, Halifax NS B3J 1V4", "902-555-0102"),
    "America/Toronto": ("100 Queen St W, Toronto ON M5H 2N2", "416-555-0103"),
    "America/Regina": ("2476 Victoria Ave, Regina SK S4P 3C8", "306-555-0104"),
    "America/Vancouver": ("453 W 12th Ave, Vancouver BC V5Y 1V4", "604-555-0105"),
}
MONDAY = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
"""Before nine in every zone: a Monday of a week without holidays."""
LOCALLY = ["Mon 09:00", "Mon 09:30", "Mon 12:00", "Tue 09:00", "Thu 09:00", "Mon 09:00"]
HALF_AN_HOUR_LATER = ["Mon 09:30", "Mon 10:00", "Mon 12:30", "Tue 09:30", "Thu 09:30", "Mon 09:30"]
"""A number of 709 may ring in Labrador as well, where it is half an hour earlier."""
SOON = timedelta(minutes=2)


def buttons(message) -> Iterator[tuple[str, str, str]]:
    """Yield the buttons of a message: what stands on them, their action ids and values."""
    for block in message["blocks"]:
        for element in block.get("elements", ()):
            if element.get("type") == "button":
                yield element["text"]["text"], element["action_id"], element.get("value", "")


async def press(stand, label: str, *, user: str, channel: str, thread_ts: str | None = None) -> int:
    """Press a button on every card that has it; return on how many."""
    more = {"thread_ts": thread_ts} if thread_ts else {}
    pressed = 0
    for message in await stand.messages(channel, user=user, **more):
        for text, action_id, _ in buttons(message):
            if text == label:
                await stand.click(action_id, user=user, channel=channel, ts=message["ts"])
                pressed += 1
                break
    return pressed


async def clock(stand, to: datetime) -> None:
    await stand.slack.post("clock", to=to.isoformat())


async def open_tasks(stand) -> list:
    found = await rows(stand.database, followup_task, completed=False)
    return sorted((task for task in found if task.state in ("planned", "due")), key=lambda task: task.due_at)


async def work_off(stand) -> None:
    """Do what waits: the approver approves, the rep logs each call, the timetable does its part."""
    due = [task for task in await open_tasks(stand) if task.state == "due"]
    if any(task.send_id for task in due):
        await press(stand, "Approve", user="lee", channel="approvals")
    threads = {row.id: row.card_ts for row in await leads(stand.database)}
    for thread_ts in {threads[task.lead_id] for task in due if task.channel == "CALL"}:
        await press(stand, "Voicemail", user="dana", channel="leads", thread_ts=thread_ts)
    await stand.leave()
    await stand.leave()


async def a_week(stand) -> None:
    """Let the clock go from due moment to due moment, and work off what comes up at each."""
    while planned := [task for task in await open_tasks(stand) if task.state == "planned"]:
        await clock(stand, planned[0].due_at)
        await work_off(stand)


async def test_six_steps_in_five_zones_at_their_lawful_moments_with_texts_calls_and_figures_that_match(socket):
    await clock(socket, MONDAY)
    for address, phone in HOMES.values():
        basis = {"How may we contact them?": "inquiry"}
        await socket.capture(**{"Property address": address, "Phone": phone, "E-mail": None, **basis})
    await socket.leave()

    await a_week(socket)

    for lead, name in zip(await leads(socket.database), HOMES, strict=True):
        ladder = await tasks(socket.database, lead.id)
        assert lead.zones == [name]
        locally = [f"{task.due_at.astimezone(zone(name)):%a %H:%M}" for task in ladder]
        assert locally == (HALF_AN_HOUR_LATER if name == "America/St_Johns" else LOCALLY)
        assert [task.state for task in ladder] == ["done"] * 6, name
        assert all(timedelta() <= task.surfaced_at - task.due_at < SOON for task in ladder)
        assert all(timedelta() <= task.completed_at - task.due_at < SOON for task in ladder)
        assert [task.outcome for task in ladder] == [None, "voicemail"] * 3
        assert [task.done_by for task in ladder] == ["U0LEE", "U0DANA"] * 3

    left = await socket.slack.get("sent")
    for _, phone in HOMES.values():
        first, second, last = [each["body"] for each in left if each["to"].endswith(phone.replace("-", ""))]
        assert "tried calling" not in first
        assert "tried calling" in second
        assert "STOP" in last
    counted = Counter(row.metric for row in await rows(socket.database, kpi_event))
    assert {name: counted[name] for name in ("ladder_created", "sms_sent", "call_logged", "followup_completed")} == {
        "ladder_created": 5, "sms_sent": 15, "call_logged": 15, "followup_completed": 30,
    }  # fmt: skip
    assert counted["decided"] == 15
    assert {row.state for row in await rows(socket.database, approval)} == {"approved"}
    assert await open_tasks(socket) == []


async def test_a_week_in_which_nobody_does_anything_ends_with_everything_handed_up(socket):
    await clock(socket, MONDAY)
    await socket.capture(**{"How may we contact them?": "inquiry"})
    await clock(socket, MONDAY + timedelta(days=8))

    (lead,) = await leads(socket.database)
    ladder = await tasks(socket.database, lead.id)
    assert [task.state for task in ladder] == ["due"] * 6
    assert all(timedelta() <= task.surfaced_at - task.due_at < SOON for task in ladder)
    assert [task.escalation for task in ladder] == [2, 2, 2, 2, 2, 1]
    assert await socket.slack.get("sent") == []
    told = "\n".join(message["text"] for message in await socket.messages("approvals", user="lee"))
    assert told.count("and nobody has seen to it") == 11


async def test_a_reply_stops_the_ladder_and_its_cards_say_why(socket):
    await clock(socket, MONDAY)
    await socket.capture(**{"How may we contact them?": "inquiry"})
    await clock(socket, MONDAY + timedelta(hours=3, seconds=5))
    await work_off(socket)
    await clock(socket, MONDAY + timedelta(hours=3, minutes=31))
    (text,) = await socket.slack.get("sent")
    await socket.slack.post("reply", send_id=text["send_id"], text="Yes, I want to sell")
    await socket.leave()
    await socket.leave()

    (lead,) = await leads(socket.database)
    states = [(task.kind, task.state) for task in await tasks(socket.database, lead.id)]
    assert states == [("ladder", "done"), *[("ladder", "cancelled")] * 5, ("reply", "due")]
    shown = "\n".join(words(message) for message in await socket.thread())
    assert "They replied by text" in shown
    assert "Yes, I want to sell" in shown
    (card,) = await socket.cards()
    assert "answer to their reply" in words(card)
