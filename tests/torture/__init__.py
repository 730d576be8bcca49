"""The long form of the fault tests: ``python3 dev.py torture``."""
