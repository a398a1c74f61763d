"""The commands of the project: thin executables, their set-up, and the tools behind them."""
