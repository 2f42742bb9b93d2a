"""Everything that talks to MongoDB and Redis. A store knows how things are kept;
it decides nothing. Every failure to reach a server leaves it as `StoreUnavailable`.
"""
