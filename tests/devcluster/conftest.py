from support.control_plane import control_plane

__all__ = ["control_plane"]
