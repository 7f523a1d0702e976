"""A name server on loopback for tests: names and their records, and ways to be broken."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from feedbot.source._dns import Resolver


@dataclass(slots=True)
class Zones:
    """`records` are name → texts, IPv4 addresses or words; `everything` is answered for any other name; a name in
    `broken` gets SERVFAIL. `asked` are the names in the order of the questions."""

    records: dict[str, list[str]] = field(default_factory=dict)
    everything: str = ""
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def answer(self, wire: bytes) -> bytes:
        """Answer a question."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(name)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        held = self.records.get(name, [self.everything] if self.everything else [])
        found = [one for one in held if one[:1].isdigit() == (kind == "A")]
        if any(name.endswith(part) for part in self.broken):
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif not held:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found and kind in ("A", "TXT"):
            texts = found if kind == "A" else [f'"{one}"' for one in found]
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        return reply.to_wire()


@contextmanager
def serving(zones: Zones) -> Iterator[Resolver]:
    """Answer on a port of loopback while the block runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as place:
        place.bind(("127.0.0.1", 0))
        place.settimeout(0.05)
        over = threading.Event()

        def run() -> None:
            while not over.is_set():
                try:
                    wire, client = place.recvfrom(4096)
                except TimeoutError:
                    continue
                place.sendto(zones.answer(wire), client)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield Resolver(("127.0.0.1",), place.getsockname()[1], seconds=20)
        finally:
            over.set()
            thread.join()


def working(zone: str = "bl.example") -> dict[str, list[str]]:
    """Return the test entry of a list that works."""
    return {f"2.0.0.127.{zone}.": ["127.0.0.2", "test entry"]}
