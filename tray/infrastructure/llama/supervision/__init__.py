"""Processes of engines: started so that none outlives Paddock, and ended."""
