"""The generator: reads closed bars, runs the strategies, publishes what they find."""
