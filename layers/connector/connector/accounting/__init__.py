"""Facts and mapping in, documents out. Pure: no AWS, no HTTP, no XML, no clock."""
