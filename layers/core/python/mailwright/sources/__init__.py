"""Foreign formats to Event: pure functions, one module a format. What cannot be used is a Problem that names the field.

`recognise` says which format a decoded JSON value is; `segment`, `shopify`, `bus` and `ses` turn it into Events whose
`data` has Segment's property names whatever the source called them, so that nothing behind here knows the source.
"""
