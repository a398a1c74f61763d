"""The demo: real bars, replayed at their own times through the real functions, traded, and checked."""
