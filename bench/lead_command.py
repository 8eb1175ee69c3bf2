"""A signed `/lead` that opens the form, against a bare Bolt app with one empty command on the same server.

Prints requests per second and p50, and the ratios, medians of five rounds. `ours` answers Slack's API in its own
process (the listener's path alone); `ours, with views.open over HTTP` adds the call to a stand-in in a process of its
own: the network client's price, paid after the acknowledgement.
"""

import asyncio
import hashlib
import hmac
import socket
import statistics
import subprocess
import sys
import time
from urllib.parse import urlencode

ROUNDS, SECONDS = 5, 2.0
SECRET = b"bench-signing-secret"
MODES = {
    "bare": "bare Bolt",
    "ours": "ours",
    "ours_http": "ours, with views.open over HTTP",
    "default": "Bolt's default",
}
BODY = urlencode(
    {
        "command": "/lead",
        "text": "",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": "1.2.3",
        "response_url": "http://127.0.0.1:9/none",
        "api_app_id": "A1",
    }
).encode()


def request() -> bytes:
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET, f"v0:{stamp}:".encode() + BODY, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={signature}\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    )
    return head.encode() + BODY


async def caller(port: int, until: float, waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        waits.append(time.perf_counter() - started)
    writer.close()


async def measure(port: int, connections: int) -> tuple[float, float]:
    waits: list[float] = []
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(caller(port, until, waits) for _ in range(connections)))
    return len(waits) / SECONDS, statistics.median(waits) * 1000


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def until_up(port: int) -> None:
    for _ in range(1200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise SystemExit(f"nothing came up on {port}")


def start(mode: str, port: int, slack_port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.serve_command", mode, str(port), str(slack_port)])


async def main() -> None:
    ports = {mode: free_port() for mode in ("stub", *MODES)}
    servers = [start(mode, port, ports["stub"]) for mode, port in ports.items()]
    try:
        for port in ports.values():
            await until_up(port)
        for connections in (1, 8):
            await compare(ports, connections)
    finally:
        for server in servers:
            server.terminate()
            server.wait()


async def compare(ports: dict[str, int], connections: int) -> None:
    rounds: dict[str, list[tuple[float, float]]] = {mode: [] for mode in MODES}
    for _ in range(ROUNDS):
        for mode in MODES:
            rounds[mode].append(await measure(ports[mode], connections))
    rate = {mode: statistics.median(each[0] for each in found) for mode, found in rounds.items()}
    wait = {mode: statistics.median(each[1] for each in found) for mode, found in rounds.items()}
    print(f"{connections} connection(s)")
    for mode, name in MODES.items():
        share = rate[mode] / rate["bare"]
        print(f"  {name:34} {rate[mode]:7.0f} requests/s   p50 {wait[mode]:6.2f} ms   {share:5.2f} x bare")
    ours, over_http = (wait[mode] / wait["default"] for mode in ("ours", "ours_http"))
    print(f"  p50 of ours against Bolt's default: {ours:.3f}; with views.open over HTTP {over_http:.3f}")


if __name__ == "__main__":
    asyncio.run(main())
