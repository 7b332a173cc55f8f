"""Momentum, pressure and heat of one domain, and one step of them."""
