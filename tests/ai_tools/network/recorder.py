"""Records name lookups and attempts to reach another machine, on the network of loopback_only.sh.

with Recorder({"proxy.example.com": "127.0.0.1"}) as recorder:
    ...  # a tool runs
    print(recorder.attempts())

Each name has its own unused address, so that a connection shows which name it is for. The recorder
looks at the packets themselves, whatever their port and protocol.
"""

from __future__ import annotations

import ctypes
import ipaddress
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from dnslib import QTYPE, RR, A, DNSRecord
from dnslib.server import DNSLogger, DNSServer
from dpkt import ip, ip6, tcp, udp

from tests.harness.closing import Closing

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_SERVER = "127.0.0.1"
NAME_SERVER_PORT = 53

# Addresses reserved for benchmarks (RFC 2544). The recorder itself sends packets to the last of them: once it has seen
# such a packet, it has seen all earlier ones.
NOWHERE = ipaddress.IPv4Network("198.18.0.0/15")
MARK = (str(NOWHERE.broadcast_address), 9)

SECONDS = 10

# What the kernel shows the recorder, as a classic BPF program of (code, jump if true, jump if false, operand). The
# traffic on 127.0.0.0/8 between tool, proxy and provider is too much to look at; the UDP there is the name lookups.
FILTER = (
    (0x30, 0, 0, 0),  # load the IP version
    (0x54, 0, 0, 0xF0),
    (0x15, 4, 0, 0x60),  # IPv6: take it
    (0x30, 0, 0, 16),  # load the first byte of the destination
    (0x15, 0, 2, 127),  # another network: take it
    (0x30, 0, 0, 9),  # load the protocol
    (0x15, 0, 1, socket.IPPROTO_UDP),  # not UDP: drop it
    (0x06, 0, 0, 0xFFFF),
    (0x06, 0, 0, 0),
)
# From Linux's headers; Python lacks them.
ETH_P_ALL = 3
PACKET_STATISTICS = 6
SOL_PACKET = 263
SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33

# Packets wait there while the machine is busy. The kernel counts far more than their length.
BUFFER_BYTES = 64 * 1024 * 1024


class Attempt(NamedTuple):
    """Something that does not go through the proxy: `dns` and a name, or `tcp` or `udp` and host:port."""

    protocol: str
    target: str


class Recorder(Closing):
    """Answers lookups and records attempts. `names` are addresses on this machine; looking them up is not recorded."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._addresses = dict(names)
        self._nowhere = NOWHERE.hosts()
        self._seen: list[Attempt] = []
        self._marked = threading.Event()
        self._closed = False
        self._packets = _packets_on_loopback()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        self._name_server = DNSServer(self, NAME_SERVER, NAME_SERVER_PORT, logger=DNSLogger("-request,-reply"))
        self._name_server.start_thread()

    def close(self) -> None:
        """Stop answering and watching."""
        self._name_server.stop()
        self._name_server.server.server_close()
        self._closed = True
        self._wait_until_all_is_seen()
        self._watcher.join()
        self._packets.close()

    def attempts(self) -> list[Attempt]:
        """Return what was seen since the last call, each attempt once."""
        self._wait_until_all_is_seen()
        _, lost = struct.unpack("II", self._packets.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        assert not lost, f"{lost} packets came too fast to be seen"
        seen, self._seen = self._seen, []
        return list(dict.fromkeys(seen))

    def resolve(self, request: Any, handler: object) -> Any:  # noqa: ANN401 - dnslib, which calls this, has no types
        """Answer a lookup; names have IPv4 addresses only."""
        reply = request.reply()
        if request.q.qtype == QTYPE.A:
            name = _name(request)
            if name not in self._addresses:
                self._addresses[name] = str(next(self._nowhere))
            reply.add_answer(RR(request.q.qname, QTYPE.A, rdata=A(self._addresses[name]), ttl=60))
        return reply

    def _wait_until_all_is_seen(self) -> None:
        self._marked.clear()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", MARK)
        assert self._marked.wait(SECONDS), "the recorder does not see its own packets"

    def _watch(self) -> None:
        while True:
            data, (_, _, direction, *_) = self._packets.recvfrom(65536)
            # On loopback each packet is seen twice, as it leaves and as it arrives.
            if direction != socket.PACKET_OUTGOING and self._record(data) and self._closed:
                return

    def _record(self, data: bytes) -> bool:
        """Record what a packet attempts; return whether it is the recorder's own mark."""
        packet = ip6.IP6(data) if data[0] >> 4 == 6 else ip.IP(data)
        address, content = ipaddress.ip_address(packet.dst), packet.data
        if isinstance(content, tcp.TCP) and content.flags & (tcp.TH_SYN | tcp.TH_ACK) == tcp.TH_SYN:
            if not address.is_loopback:
                self._seen.append(Attempt("tcp", f"{self._host(address)}:{content.dport}"))
        elif isinstance(content, udp.UDP):
            if (str(address), content.dport) == MARK:
                self._marked.set()
                return True
            if (str(address), content.dport) == (NAME_SERVER, NAME_SERVER_PORT):
                name = _name(DNSRecord.parse(content.data))
                if name not in self._names:
                    self._seen.append(Attempt("dns", name))
            elif not address.is_loopback:
                self._seen.append(Attempt("udp", f"{self._host(address)}:{content.dport}"))
        return False

    def _host(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        names = {known: name for name, known in self._addresses.items()}
        return names.get(str(address), str(address))


def _name(query: Any) -> str:  # noqa: ANN401
    return str(query.q.qname).rstrip(".").lower()


def _packets_on_loopback() -> socket.socket:
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in FILTER)
    memory = ctypes.create_string_buffer(program)
    packets.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(FILTER), ctypes.addressof(memory)))
    packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    packets.bind(("lo", ETH_P_ALL))
    return packets
