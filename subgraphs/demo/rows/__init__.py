"""The market as rows of the five databases, one module per database."""
