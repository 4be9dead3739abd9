package dev.mainstay.telemetry;

/// A series of a metric. Immutable.
///
/// @param agent empty when the series belongs to none
/// @param labels JSON text of an object
public record SeriesRow(long id, String agent, String name, String labels, String unit) {}
