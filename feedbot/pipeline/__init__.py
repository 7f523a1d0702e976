"""One file a request of the operator: it calls the stages in order and keeps one bad item from stopping the rest.

collect (a round over one source) · distributors (what they say of their packages) · intake (customers, inventory) ·
match · draft · decide · publish (outbox, site) · send · reread · rounds · health (how a source fares) · alarms. What
they need of the world comes as one frozen `Edges`.
"""

from feedbot.pipeline._edges import (
    AlarmChannels,
    Brand,
    ConfiguredSource,
    DistroFeed,
    Edges,
    OnCall,
    PullGroup,
    Watched,
)

__all__ = ["AlarmChannels", "Brand", "ConfiguredSource", "DistroFeed", "Edges", "OnCall", "PullGroup", "Watched"]
