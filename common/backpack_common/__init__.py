"""What two programs do in the same way: the connection to a Redis, and slowing down who guesses.

Nothing here knows which program calls it. What programs must agree on is in
`backpack_contract`; what they merely share is here.
"""
