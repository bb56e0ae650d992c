"""The JSON API, one function a route.

Every function gets a request whose session token has been verified; ``request.shop`` is the only shop it can name.
"""
