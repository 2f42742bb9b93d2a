"""One module a measurement; each answers figures, and leaves the fleet as it found it."""
