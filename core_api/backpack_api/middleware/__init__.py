"""What surrounds every request: pure ASGI, as each layer is paid for by all."""
