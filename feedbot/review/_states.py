"""Which moves a draft may make.

draft → proposed → approved → publishing → published → withdrawn, and beside that way:
draft, proposed, approved, void → rejected or expired, which are ends (the number stays a documented gap);
proposed, approved, void → draft when edited;
proposed, approved, publishing → void when what it rests on has changed; void → proposed again.
"""

from collections.abc import Mapping
from types import MappingProxyType

from feedbot.errors import ReviewError
from feedbot.messages import tr
from feedbot.review._model import State

MOVES: Mapping[State, tuple[State, ...]] = MappingProxyType(
    {
        State.DRAFT: (State.PROPOSED, State.REJECTED, State.EXPIRED),
        State.PROPOSED: (State.APPROVED, State.REJECTED, State.DRAFT, State.VOID, State.EXPIRED),
        State.APPROVED: (State.PUBLISHING, State.REJECTED, State.DRAFT, State.VOID, State.EXPIRED),
        State.VOID: (State.PROPOSED, State.REJECTED, State.DRAFT, State.EXPIRED),
        State.PUBLISHING: (State.PUBLISHED, State.VOID, State.WITHDRAWN),
        State.PUBLISHED: (State.WITHDRAWN,),
        State.REJECTED: (),
        State.EXPIRED: (),
        State.WITHDRAWN: (),
    }
)
"""From each state, where to. PUBLISHING → VOID leaves what was sent as it is and voids the rest."""


def move(draft: str, old: State, new: State) -> State:
    """Return `new` when a draft may go there from `old`; raises ReviewError naming what is allowed."""
    if new not in MOVES[old]:
        raise ReviewError(
            draft,
            "cannot go from {old} to {new}",
            hint="allowed from {old}: {allowed}",
            old=tr(old.value),
            new=tr(new.value),
            allowed=", ".join(tr(state.value) for state in MOVES[old]) or tr("nowhere: it has ended"),
        )
    return new
