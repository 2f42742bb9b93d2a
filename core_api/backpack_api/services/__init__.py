"""What the API does, whoever asks: routes call it, and later sockets and admins."""
