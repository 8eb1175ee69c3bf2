"""The face in HTTP: the flow endpoint, its documentation, health."""
