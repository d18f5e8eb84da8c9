"""For all tests, those of modules too."""

pytest_plugins = ["mud.testing.fixtures"]
