"""The gate every request passes: who it is, what it says, what it is answered, and the line it leaves."""
