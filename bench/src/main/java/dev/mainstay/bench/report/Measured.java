package dev.mainstay.bench.report;

/// What a bench found. Immutable once built.
///
/// @param postgres the version of the server it was found on
public record Measured(Figures figures, String postgres) {}
