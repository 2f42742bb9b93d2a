"""The admin listener: HTTP, and the operations of its WebSocket, one noun a file."""
