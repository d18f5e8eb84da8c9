"""World files to the model and back; importers for the worlds of other servers."""
