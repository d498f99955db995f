"""What the files that the workflow makes say of themselves, and whether it is believed."""
