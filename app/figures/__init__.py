"""A report's numbers for one person over one period: small ones hidden, everything named."""
