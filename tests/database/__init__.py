"""Tests of the database itself: what its functions answer, and what nobody can make it do."""
