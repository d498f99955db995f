"""One style for the figures of all studies."""
