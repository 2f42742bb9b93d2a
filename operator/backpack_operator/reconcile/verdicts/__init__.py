"""What is told of a Backpack, by subject: pure functions from what was found to
verdicts, each with a reason and a sentence. `judge` puts them together."""
