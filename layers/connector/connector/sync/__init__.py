"""Preparing a window: facts in, entries out, and the proof."""
