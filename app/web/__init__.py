"""The one look: the base view every generated screen comes from, its security, its frame and its assets."""
