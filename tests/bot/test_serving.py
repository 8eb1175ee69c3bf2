"""Taking the port: ours alone, or a sentence that names it."""

import errno
import os
import socket

import pytest

from bot.serving import HostUnusable, PortPrivileged, PortTaken, listen, refusal


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
    with pytest.raises(HostUnusable, match=f"HOST {host} can't be listened on at port 0: "):
        listen(host, 0)


@pytest.mark.parametrize(
    ("number", "port", "kind"),
    [
        (errno.EADDRINUSE, 8000, PortTaken),
        (errno.EADDRINUSE, 80, PortTaken),
        (errno.EACCES, 80, PortPrivileged),
        (errno.EPERM, 1023, PortPrivileged),
        (errno.EACCES, 1024, HostUnusable),
        (errno.EACCES, 0, HostUnusable),
        (errno.EADDRNOTAVAIL, 80, HostUnusable),
        (socket.EAI_NONAME, 8000, HostUnusable),
    ],
)
def test_only_a_port_in_use_is_called_taken(number, port, kind):
    said = refusal(OSError(number, os.strerror(abs(number))), "127.0.0.1", port)
    assert type(said) is kind
    assert f"ort {port}" in str(said)


def test_a_port_of_the_systems_is_answered_with_one_to_choose():
    said = str(refusal(PermissionError(errno.EACCES, "Permission denied"), "127.0.0.1", 80))
    assert said.startswith("Port 80 needs more rights than you have: choose one above 1023")


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6_is_understood():
    try:
        listener = listen("::1", 0)
    except HostUnusable:
        pytest.skip("this machine's loopback has no IPv6")
    with listener:
        assert listener.family is socket.AF_INET6
