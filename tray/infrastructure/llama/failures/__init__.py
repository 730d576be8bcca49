"""Why an engine or an answer ended, in words for the user."""
