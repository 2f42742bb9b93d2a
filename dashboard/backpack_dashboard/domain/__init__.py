"""Rules without I/O: plain data in and out; no clock, no randomness."""
