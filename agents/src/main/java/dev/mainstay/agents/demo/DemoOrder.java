package dev.mainstay.agents.demo;

/// What the synthetic shop sells. Immutable.
///
/// @param customer empty in the few that are meant to fail
record DemoOrder(String number, String customer, String country, int amount) {}
