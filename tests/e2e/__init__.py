"""`make e2e`: the synthesized template on a local cloud with real Lambda processes; an event in, an email out."""
