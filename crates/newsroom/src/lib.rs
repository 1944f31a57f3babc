//! A dozen made-up outlets on loopback: the demo, the journeys, the load.
