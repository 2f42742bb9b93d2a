"""What the dashboard does, whoever asks: pages, sockets, the JSON API, commands."""
