"""What an expression of the operator's chooses on the inventory in force."""

from collections.abc import Iterable
from dataclasses import replace

from feedbot import matching
from feedbot.errors import NoticeError
from feedbot.inventory import Plan, Server
from feedbot.matching import Exposure, expression
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, hosts, inventory


def chosen(edges: Edges, tx: Transaction, text: str, exposures: Iterable[Exposure]) -> tuple[Exposure, ...]:
    """Return the servers for which an expression holds. `exposures` are those of the case, where the notice has one;
    what is affected on a server goes with it. Raises ExpressionError, and NoticeError for a product that the catalogue
    does not know."""
    wanted = expression.parse(text)
    by_server = {one.server.name: one for one in exposures}
    everyone = matching.by_contract(inventory.contracts(tx), placed(tx), inventory.customers(tx), tuple(Plan))
    running = {
        node.product: _running(edges, tx, node.product)
        for node in expression.nodes(wanted)
        if isinstance(node, expression.Runs)
    }

    def runs(server: str, product: str) -> bool:
        return bool(server) and server in running[product]

    met = (by_server.get(one.server.name, one) if one.server.name else one for one in everyone)
    return tuple(matching.only_affected(one) for one in met if expression.holds(wanted, one, runs))


def placed(tx: Transaction) -> tuple[Server, ...]:
    """Return all servers; where the contract gives no release, with the one that the package list shows."""
    shown = hosts.systems(tx)
    return tuple(one if one.distro else replace(one, distro=shown.get(one.name, "")) for one in inventory.servers(tx))


def _running(edges: Edges, tx: Transaction, name: str) -> frozenset[str]:
    """Return the servers on which a product is installed, or software that goes by just this name."""
    product = edges.catalog.inventoried(name)
    components = inventory.components_named(tx, matching.names_of(product)) if product else ()
    if not components and not edges.catalog.find(name):
        raise NoticeError(
            name,
            "no such product in the catalogue, nor in the inventory",
            hint="look for its name with: feedbot catalog test {name}",
            name=name,
        )
    return frozenset(one.server.name for one in inventory.installations(tx, components))
