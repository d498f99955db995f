"""What others need to use a made scale: an RO-Crate of it, Croissant descriptions of its data."""
