"""The lab: a small datacentre on one machine, to deploy to and to break."""
