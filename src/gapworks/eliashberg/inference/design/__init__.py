"""What a planned measurement will tell of a spectral function."""
