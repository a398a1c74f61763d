"""The backtest: the strategies and the director of production over a file of bars, on a simulated broker."""
