"""Measurements that one can repeat: ledgers and loads made for nothing else."""
