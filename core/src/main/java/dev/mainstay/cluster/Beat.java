package dev.mainstay.cluster;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What one renewal of the session told. Immutable.
///
/// @param databaseTime the database's clock at the renewal
/// @param assignmentVersion grows when the agents this node is to run, or what is desired of them, changed
/// @param suspectIn when another node that missed a beat may be declared dead; null when none has
/// @param isDutyVacant a duty has no living holder
public record Beat(
        Instant databaseTime,
        long assignmentVersion,
        boolean isDraining,
        @Nullable Duration suspectIn,
        boolean isDutyVacant) {}
