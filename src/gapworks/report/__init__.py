"""What a run made, on one page to be read anywhere and sent to anybody."""
