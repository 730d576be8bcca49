"""From a configuration to everything an engine is started with."""
