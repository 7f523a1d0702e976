"""What distributors say of the packages of servers, whatever advisories there are: a scanner's answer, from the store.

The cost follows the distinct components and the packages they are of, not the servers: each is looked up once.
"""

from collections.abc import Iterable, Iterator

from feedbot import matching
from feedbot.distro import Statement
from feedbot.inventory import Component
from feedbot.matching import Spoken
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, hosts, inventory, reading, statements


def findings(edges: Edges, servers: Iterable[str]) -> Iterator[tuple[str, tuple[Spoken, ...] | None]]:
    """Yield each server with what is said of its packages, by package and CVE; None where no packages are known. Of
    kernels only the running one counts, where it is known."""
    known: dict[Component, tuple[Spoken, ...]] = {}
    words: dict[tuple[str, str], tuple[Statement, ...]] = {}
    with reading(edges.database) as tx:
        for server in servers:
            components = inventory.packages(tx, server)
            _learn(tx, [one for one in components if one not in known], known, words)
            idle = matching.not_running(components, hosts.kernel(tx, server))
            said = tuple(said for one in components if one not in idle for said in known[one])
            yield server, said if components else None


def _learn(
    tx: Transaction,
    new: list[Component],
    known: dict[Component, tuple[Spoken, ...]],
    words: dict[tuple[str, str], tuple[Statement, ...]],
) -> None:
    """Look up what is said of components that no server before had."""
    wanted = {place for one in new for place in matching.places(one)}
    fetched: dict[tuple[str, str], list[Statement]] = {place: [] for place in wanted - words.keys()}
    for one in statements.on(tx, fetched):
        fetched[one.distro, one.package].append(one)
    words |= {place: tuple(said) for place, said in fetched.items()}
    known |= dict.fromkeys(new, ())
    found: dict[Component, list[Spoken]] = {}
    for said in matching.spoken(new, (one for place in wanted for one in words[place])):
        found.setdefault(said.component, []).append(said)
    known |= {component: tuple(said) for component, said in found.items()}
