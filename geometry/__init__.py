"""Grids, signed-distance shapes, and the cut cells, boxes and gradings that follow from them."""
