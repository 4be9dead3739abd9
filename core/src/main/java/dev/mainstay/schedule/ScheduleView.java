package dev.mainstay.schedule;

import org.jspecify.annotations.Nullable;

/// A schedule as a list shows it. Immutable.
///
/// @param lastFire of its newest moment, null when it never fired
public record ScheduleView(Schedule schedule, @Nullable Fire lastFire) {}
