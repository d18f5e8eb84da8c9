"""Text: markup, wrapping, words and figures."""
