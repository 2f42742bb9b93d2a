"""The measurements. Each takes the stage, and gives tables."""
