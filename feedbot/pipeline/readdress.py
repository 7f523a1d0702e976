"""Send a mail that failed, came back or is held to another address of the same customer.

The approval was over words and recipients (N12). The words stay, byte for byte; the address is another. Where the
customer list names it for this customer, the publisher's own data say so, and one person decides. Where it does not, a
second person must say the same address: the first one's word is a task until then. An address that the list names for
another customer is refused, whoever asks (I8). The old row stays as evidence, cancelled.
"""

from feedbot.delivery import OutboxState, Outgoing, Receipt, readdressed
from feedbot.errors import DeliveryError
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._unsent import READDRESS, ask_no_more, keep_back
from feedbot.pipeline.tasks import open_task
from feedbot.store import Transaction, audit, contacts, drafts, inventory, outbox, suppressed, tasks, threads

_STATES = (OutboxState.FAILED, OutboxState.BOUNCED, OutboxState.HELD)


def readdress(edges: Edges, number: int, address: str, actor: str) -> bool:
    """Queue a message anew to `address`. False: a second person must say so first, and the task for that is open.

    Raises DeliveryError where the message is in no state for this, or the address may not be used.
    """
    now, subject = edges.clock(), f"message {number}"
    with edges.database.begin() as tx:
        old = _checked(edges, tx, number, address)
        new = readdressed(old, address, edges.secret, number, _first(tx, old, address))
        if suppressed.normal(address) not in _own(tx, old.customer):
            asked = tasks.find(tx, READDRESS, subject)
            if asked is None or asked.detail != address or asked.opened_by == actor:
                _ask(edges, tx, subject, address, actor)
                return False
            tasks.close(tx, READDRESS, subject, actor, now)
        gone = Receipt(OutboxState.CANCELLED, now, 0, f"to another address by {actor}")
        if not any(outbox.resolve(tx, number, state, gone) for state in _STATES):
            raise DeliveryError(subject, "another process got there first", permanent=True)
        if not outbox.add(tx, new):
            raise DeliveryError(subject, "it has been addressed anew before", permanent=True)
        tasks.close(tx, "address", suppressed.normal(old.recipient), actor, now)
        keep_back(edges, tx, old.draft)
        ask_no_more(edges, tx)
        audit.append(tx, actor, READDRESS, subject, f"{old.recipient} → {address}", now)
    return True


def _ask(edges: Edges, tx: Transaction, subject: str, address: str, actor: str) -> None:
    """Let the newest wish wait for a second person; an earlier one with another address ends."""
    asked = tasks.find(tx, READDRESS, subject)
    if asked and (asked.detail, asked.opened_by) == (address, actor):
        return
    tasks.close(tx, READDRESS, subject, actor, edges.clock())
    open_task(edges, tx, READDRESS, subject, address, actor)


def _checked(edges: Edges, tx: Transaction, number: int, address: str) -> Outgoing:
    old = outbox.find(tx, number)
    subject = f"message {number}"
    if old is None or old.state not in _STATES:
        raise DeliveryError(
            subject,
            "it has neither failed nor come back, nor is it held",
            permanent=True,
            hint="feedbot outbox status shows the messages",
        )
    if edges.shadow_operator or old.channel != edges.channel:
        raise DeliveryError(subject, "in trial mode every mail goes to the operator", permanent=True)
    if not outbox.is_standing(tx, old.draft):
        raise DeliveryError(subject, "its notice was withdrawn", permanent=True)
    if outbox.is_overtaken(tx, number):
        raise DeliveryError(
            subject,
            "its reader has a later edition of this notice in the outbox",
            permanent=True,
            hint="the later one can be sent to another address: feedbot outbox status shows it",
        )
    if found := suppressed.find(tx, address):
        raise DeliveryError(
            address,
            "nothing is sent to it: {reason}",
            permanent=True,
            hint="feedbot outbox suppress remove ADDRESS",
            reason=found.reason,
        )
    customers = inventory.customers(tx)
    if old.customer not in {one.id for one in customers}:
        raise DeliveryError(subject, "{customer} is no customer any more", permanent=True, customer=old.customer)
    wanted = suppressed.normal(address)
    others = {suppressed.normal(one.email) for one in customers if one.id != old.customer}
    others |= {suppressed.normal(one.email) for one in contacts.all_of_them(tx) if one.customer != old.customer}
    if wanted in others - _own(tx, old.customer):
        raise DeliveryError(
            address, "it is another customer's address", permanent=True, hint="correct the customer list first"
        )
    return old


def _first(tx: Transaction, old: Outgoing, address: str) -> str:
    """Return the Message-ID of the first mail on the matter that came to this address; empty where none did."""
    notice = drafts.load(tx, old.draft).notice
    earlier = [one.id for one in drafts.of_number(tx, notice.number) if one.notice.edition < notice.edition]
    return threads.first(tx, earlier, old, address)


def _own(tx: Transaction, customer: str) -> set[str]:
    """Return the addresses that the customer list names for a customer."""
    known = {suppressed.normal(one.email) for one in inventory.customers(tx) if one.id == customer}
    return known | {suppressed.normal(one.email) for one in contacts.of(tx, {customer}).get(customer, ())}
