"""The director: decides every pending signal for every account that follows its strategy."""
