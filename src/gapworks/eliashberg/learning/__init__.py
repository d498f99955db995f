"""Networks: what they see, how they are trained, what they answer."""
