package dev.mainstay.anomaly;

/// One point as the channels see it. Immutable and thread-safe.
///
/// @param time milliseconds since 1970
/// @param value scaled
/// @param interval milliseconds that usually lie between points; 0 while unknown
/// @param step milliseconds since the point before; 0 where there was none
record Sample(long time, float value, long interval, long step) {}
