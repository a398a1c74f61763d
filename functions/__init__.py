"""DistortSignals: the HTTP functions and what they are made of."""
