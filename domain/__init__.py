"""The pure rules of wholesaling: values in, values out, no clock and no I/O."""
