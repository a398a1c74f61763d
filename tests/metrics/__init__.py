"""What monitoring systems read, and the alerts that are made of it."""
