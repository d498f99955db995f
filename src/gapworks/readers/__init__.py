"""Readers of users' own files: text as people have it, numbers or a refusal by line, no guesses."""
