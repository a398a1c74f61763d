"""When markets trade: pure calendars."""
