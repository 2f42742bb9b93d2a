"""The Secret with the keys that tokens of admin listeners are signed with: the operator
makes it once, in its own namespace; the dashboard reads it from there.
"""

SECRET_NAME = "backpack-signing-keys"  # noqa: S105  the name of an object

KEY_SET = "keys.json"
"""The one key of the Secret: a JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).
Its first key signs, and has its private part `d`. APIs trust the others too, for as long as
they stand there: one with a `d` is the next to sign, once all APIs know it; the rest have
signed before, and are public."""

READ_AGAIN_SECONDS = 300
"""Whoever signs reads the Secret again at least this often, so that a key that no longer
signs can go."""
