"""Workers: one interface to modules and processes."""
