"""Runs of the workflow: their notes, what they leave behind when they break off, going on."""
