"""The whole system on one machine: the stack (ministack), and stand-ins for the shop and for QuickBooks."""
