"""What is served: one file a noun. A route reads the request, asks a service, and answers."""
