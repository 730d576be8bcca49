"""Speaking HTTP with an engine."""
