"""The row scope: parties and conditions as predicates, so that the database finds what a page would show."""
