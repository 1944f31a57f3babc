//! URL to bytes; the one room that goes out on the network.
