"""Taking the port: ours alone, or a sentence that names it."""

import socket

import pytest

from bot.serving import HostUnusable, PortTaken, listen


def test_a_free_port_is_taken():
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_port_that_somebody_has_is_named():
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} is taken on 127.0.0.1."):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "not a host"])
def test_a_host_that_is_not_ours_is_named(host):
    with pytest.raises(HostUnusable, match=f"HOST {host} can't be listened on"):
        listen(host, 0)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6_is_understood():
    try:
        listener = listen("::1", 0)
    except HostUnusable:
        pytest.skip("this machine's loopback has no IPv6")
    with listener:
        assert listener.family is socket.AF_INET6
