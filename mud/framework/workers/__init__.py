"""Workers: modules and processes through one interface."""
