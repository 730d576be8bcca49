"""The popover's window, in a process of its own: a dumb shell around one web page."""
