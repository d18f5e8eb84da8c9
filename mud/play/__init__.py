"""The built-in commands, by topic."""
