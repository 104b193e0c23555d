"""The routine in pictures and words: drawn, compared, and told as a page people can read."""
