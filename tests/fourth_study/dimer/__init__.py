"""A pair of electrons on two sites: the smallest study, which exists in tests alone."""

NUMBER = 4
"""Of the study in all seeds."""
