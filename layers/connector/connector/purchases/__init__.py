"""Sources of purchases. Empty until purchases are posted."""
