"""A change of what stands in the pods of all Backpacks, such as a new image of the core
API, goes over the fleet in waves: so many at a time, and no further once one fails."""
