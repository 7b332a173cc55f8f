"""What exchanges heat with the gas, or moves it: racks, coils, hull, surfaces."""
