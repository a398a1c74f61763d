"""Providers: where closed bars can be asked for over HTTP, behind one interface."""
