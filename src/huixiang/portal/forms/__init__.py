"""The forms of the portal, one module per page group."""
