"""Text: markup, word wrap, and numbers and durations in words."""
