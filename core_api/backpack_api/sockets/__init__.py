"""WebSockets: the protocol on the wire, and the envelope of requests and answers that
every socket of the API speaks. What is asked for is decided by the routes and services above."""
