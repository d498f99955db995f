"""Answers on people's own maps, from the file to the pairing."""
