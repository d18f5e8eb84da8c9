"""The store: the one place that knows SQLite."""
