"""One pure builder for each child object: the name of the file answers where the
object comes from. Backpack and settings in, plain dict out."""
