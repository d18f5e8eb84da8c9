"""The module framework: modules are declared, checked, loaded, called and watched; processes run beside them."""
