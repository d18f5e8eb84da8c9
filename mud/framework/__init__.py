"""Modules as citizens: declared, checked, loaded, dispatched to, watched; and processes beside them."""
