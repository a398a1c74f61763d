"""The engine of the backtest: pure, without clock, randomness or I/O. What goes in decides what comes out."""
