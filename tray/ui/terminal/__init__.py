"""Paddock in a terminal: answers, reports, a conversation. Words come from present.py."""
