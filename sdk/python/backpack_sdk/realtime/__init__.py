"""One connection for subscriptions, channels and broadcasts."""

from .channel import Channel, ChannelInfo, ChannelMessage, Member, PresenceEvent, Said
from .link import State, Status
from .service import Broadcast, Realtime, Unsubscribe

__all__ = [
    "Broadcast",
    "Channel",
    "ChannelInfo",
    "ChannelMessage",
    "Member",
    "PresenceEvent",
    "Realtime",
    "Said",
    "State",
    "Status",
    "Unsubscribe",
]
