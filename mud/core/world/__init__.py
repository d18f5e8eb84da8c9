"""The world: definitions, what lives in them, and where everything is."""
