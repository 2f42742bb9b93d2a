"""Run every measurement, one after another."""

from bench import images, memory, ready

for measurement in (images, ready, memory):
    measurement.main()
    print()
