"""From events to objects: the queue says which Backpack, then gather -> decide ->
apply -> prune -> judge -> status."""
