"""Answers compared: with what somebody expects, and with derivatives found in other ways."""
