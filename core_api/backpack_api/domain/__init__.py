"""Pure decisions: plain data in and out, no I/O, no clock, no randomness."""
