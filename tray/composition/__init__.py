"""The composition root's parts: each builds one thing the application has."""
