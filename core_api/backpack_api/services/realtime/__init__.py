"""What sockets of `/realtime` are told, and what they share: who is connected, who has
subscribed to what, channels, and the fan-out of events."""
