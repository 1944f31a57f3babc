//! Main, commands, configuration.
fn main() {}
